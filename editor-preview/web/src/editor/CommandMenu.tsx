import { useTexts } from "../i18n/texts";
import { usePreviewStore } from "../preview/store";
import { atPoint, MenuItem, MenuSection, OpenMenu } from "../ui/Menu";
import { COMMANDS, type Command, SECTIONS } from "./commands";
import type { Position } from "./document";
import { shownKeys } from "./keys";
import { type MenuOf, useEditorStore } from "./store";

/** The commands for what it was opened on, at a place in the window. */
export function CommandMenu({ of, at }: { of: MenuOf; at: Position }) {
  const text = useTexts();
  const store = useEditorStore();
  const preview = usePreviewStore();
  const editor = store.getState();
  const commands = COMMANDS.filter(({ menus, isEnabled }) => menus.includes(of) && isEnabled(editor));
  const sections = SECTIONS.map((section) => ({ section, commands: commands.filter((command) => command.section === section) })).filter((found) => found.commands.length > 0);
  return (
    <OpenMenu name={{ "aria-label": text(`menu.${of}`) }} place={(menu) => atPoint(menu, at)} onClose={() => store.getState().ask(null)}>
      {sections.map(({ section, commands: held }) => (
        <MenuSection key={section} label={text(`section.${section}`)} className={section === "color" ? "is-color" : ""}>
          {held.map((command) => (
            <MenuItem key={command.id} onSelect={() => command.run(store.getState(), { at, preview: preview.getState() })} {...named(command, text(command.text))}>
              {section === "color" ? <span className="swatch" data-color={command.id.replace("color_", "")} /> : <span className="menu-name">{text(command.text)}</span>}
              {command.keys[0] !== undefined && (
                <kbd className="muted" aria-hidden>
                  {shownKeys(command.keys[0]).join("+")}
                </kbd>
              )}
            </MenuItem>
          ))}
        </MenuSection>
      ))}
    </OpenMenu>
  );
}

/** A colour is shown and not written, so its name is said. */
function named({ section }: Command, name: string): { "aria-label"?: string; title?: string } {
  return section === "color" ? { "aria-label": name, title: name } : {};
}
