import { EllipsisVertical } from "lucide-react";

import { shell } from "../app/shell";
import { useTexts } from "../i18n/texts";
import { MenuButton, MenuItem } from "../ui/Menu";
import { commandOf } from "./commands";
import { useCommand } from "./useCommand";

/** Commands of the whole bot that have no button. */
const IN_MENU = ["export"];

/** What is done with the bot now and then. */
export function TopMenu() {
  const text = useTexts();
  const run = useCommand();
  return (
    <MenuButton
      align="end"
      trigger={
        <button type="button" className="button quiet icon" aria-label={text("editor.more")} title={text("editor.more")}>
          <EllipsisVertical size={18} aria-hidden />
        </button>
      }
    >
      {IN_MENU.map(commandOf).map((command) => (
        <MenuItem key={command.id} onSelect={() => run(command)}>
          {text(command.text)}
        </MenuItem>
      ))}
      <MenuItem onSelect={() => shell.getState().show("keys")}>{text("keys.title")}</MenuItem>
    </MenuButton>
  );
}
