import { EllipsisVertical } from "lucide-react";
import { DropdownMenu } from "radix-ui";

import { shell } from "../app/shell";
import { useTexts } from "../i18n/texts";
import { commandOf } from "./commands";
import { useCommand } from "./useCommand";

/** Commands of the whole bot that have no button. */
const IN_MENU = ["export"];

/** What is done with the bot now and then. */
export function TopMenu() {
  const text = useTexts();
  const run = useCommand();
  return (
    // A modal menu would write a style into the page, which its policy forbids.
    <DropdownMenu.Root modal={false}>
      <DropdownMenu.Trigger className="button quiet icon" aria-label={text("editor.more")} title={text("editor.more")}>
        <EllipsisVertical size={18} aria-hidden />
      </DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content className="menu" align="end" sideOffset={4}>
          {IN_MENU.map(commandOf).map((command) => (
            <DropdownMenu.Item key={command.id} className="menu-item" onSelect={() => run(command)}>
              {text(command.text)}
            </DropdownMenu.Item>
          ))}
          <DropdownMenu.Item className="menu-item" onSelect={() => shell.getState().show("keys")}>
            {text("keys.title")}
          </DropdownMenu.Item>
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  );
}
