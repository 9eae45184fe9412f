import { useTexts } from "../i18n/texts";
import type { Action } from "./actions";
import type { Command } from "./Menu";
import { usePreviewStore } from "./store";

/** Actions as the commands of a menu; one that needs something opens the window that asks for it. */
export function useCommands(actions: readonly Action[]): Command[] {
  const text = useTexts();
  const { act, open } = usePreviewStore().getState();
  return actions.map(({ id, icon, fields, line }) => ({
    id,
    name: text(`act.${id}`),
    icon,
    run: () => (line && fields.length === 0 ? act(line({})) : open(id)),
  }));
}
