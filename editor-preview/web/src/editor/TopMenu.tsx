import { EllipsisVertical } from "lucide-react";
import { DropdownMenu } from "radix-ui";

import { useTexts } from "../i18n/texts";
import { exportBot } from "./source/exportBot";
import { useEditorStore } from "./store";

/** What is done with the bot now and then. */
export function TopMenu() {
  const text = useTexts();
  const store = useEditorStore();
  const commands = [
    { id: "editor.export", run: () => exportBot(store.getState().id, store.getState().history.document) },
  ];
  return (
    // A modal menu would write a style into the page, which its policy forbids.
    <DropdownMenu.Root modal={false}>
      <DropdownMenu.Trigger className="button quiet icon" aria-label={text("editor.more")} title={text("editor.more")}>
        <EllipsisVertical size={18} aria-hidden />
      </DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content className="menu" align="end" sideOffset={4}>
          {commands.map(({ id, run }) => (
            <DropdownMenu.Item key={id} className="menu-item" onSelect={run}>
              {text(id)}
            </DropdownMenu.Item>
          ))}
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  );
}
