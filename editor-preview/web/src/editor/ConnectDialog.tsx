import { useState } from "react";

import { useTexts } from "../i18n/texts";
import { Dialog } from "../ui/Dialog";
import { stepName, stepsOf } from "./document";
import { outcomesOf } from "./outcomes";
import { useDocument, useEditorStore } from "./store";
import { TargetPicker } from "./TargetPicker";
import { useLabel } from "./useLabel";

/** Asks where a way of a step should lead: to one that is there, or to a new one. */
export function ConnectDialog({ step: id, outcome }: { step: string; outcome?: string | undefined }) {
  const text = useTexts();
  const label = useLabel();
  const { ask } = useEditorStore().getState();
  const steps = stepsOf(useDocument());
  const step = steps.get(id);
  const outcomes = step ? outcomesOf(step) : [];
  const firstOpen = outcomes.find(({ isOpen, rare }) => isOpen && !rare) ?? outcomes[0];
  const [chosen, choose] = useState(outcome ?? firstOpen?.id ?? "");
  const way = outcomes.find((one) => one.id === chosen);
  return (
    <Dialog title={text("connect.title", { step: stepName(id, step) })} onClose={() => ask(null)}>
      <label className="field">
        <span className="field-label">{text("connect.from")}</span>
        <select className="input" value={chosen} onChange={(event) => choose(event.target.value)}>
          {outcomes.map((one) => (
            <option key={one.id} value={one.id}>
              {label(one.label)}
              {one.target === null ? "" : ` → ${stepName(one.target, steps.get(one.target))}`}
            </option>
          ))}
        </select>
      </label>
      <TargetPicker from={way && { step: id, outcome: way }} onClose={() => ask(null)} />
    </Dialog>
  );
}
