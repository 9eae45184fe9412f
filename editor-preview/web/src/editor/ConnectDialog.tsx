import { useState } from "react";

import { useTexts } from "../i18n/texts";
import { Dialog } from "../ui/Dialog";
import { addNew } from "./adding";
import { kindOf, stepName, stepsOf } from "./document";
import { connect } from "./edits";
import { kindText } from "./kinds";
import { outcomesOf } from "./outcomes";
import { presetChoices } from "./presets";
import { StepPicker } from "./StepPicker";
import { useDocument, useEditorStore } from "./store";
import { useLabel } from "./useLabel";

/** Before the kind of a step that is not there yet; no id of a step holds a colon. */
const NEW = "new:";

/** Asks where a way of a step should lead: to one that is there, or to a new one. */
export function ConnectDialog({ step: id, outcome }: { step: string; outcome?: string | undefined }) {
  const text = useTexts();
  const label = useLabel();
  const store = useEditorStore();
  const { ask, edit } = store.getState();
  const steps = stepsOf(useDocument());
  const step = steps.get(id);
  const outcomes = step ? outcomesOf(step) : [];
  const firstOpen = outcomes.find(({ isOpen, rare }) => isOpen && !rare) ?? outcomes[0];
  const [chosen, choose] = useState(outcome ?? firstOpen?.id ?? "");
  const pick = (target: string) => {
    const from = outcomes.find((one) => one.id === chosen);
    ask(null);
    if (from && target.startsWith(NEW)) {
      addNew(store.getState(), target.slice(NEW.length), text, { step: id, outcome: from });
    } else if (from) {
      edit(connect(id, from, target));
    }
  };
  const there = [...steps].map(([target, to]) => ({ id: target, name: stepName(target, to), more: text(kindText(kindOf(to)), { kind: kindOf(to) }) }));
  const fresh = presetChoices(text).map((choice) => ({ ...choice, id: `${NEW}${choice.id}`, name: text("connect.new", { kind: choice.name }) }));
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
      <StepPicker
        label={text("connect.to")}
        choices={[...there, ...fresh]}
        onPick={pick}
      />
    </Dialog>
  );
}
