import { type ReactNode, useState } from "react";

import { useTexts } from "../i18n/texts";
import type { Action } from "./actions";
import { AskDialog } from "./AskDialog";
import type { Command } from "./Menu";
import { usePreviewStore } from "./store";

/** Actions as the commands of a menu, and the window that asks for what the chosen one needs. */
export function useAsking(): { commands: (actions: readonly Action[]) => Command[]; dialog: ReactNode } {
  const text = useTexts();
  const preview = usePreviewStore();
  const [asked, ask] = useState<Action | null>(null);
  const commands = (actions: readonly Action[]) =>
    actions.map((action) => ({
      id: action.id,
      name: text(`act.${action.id}`),
      icon: action.icon,
      run: () => (action.fields.length > 0 ? ask(action) : preview.getState().act(action.line({}))),
    }));
  const dialog = asked && (
    <AskDialog title={text(`act.${asked.id}`)} fields={asked.fields} onDone={(answers) => preview.getState().act(asked.line(answers))} onClose={() => ask(null)} />
  );
  return { commands, dialog };
}
