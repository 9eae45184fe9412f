import { ArrowRight, ChevronsUpDown, X } from "lucide-react";
import { useState } from "react";

import { useTexts } from "../../../i18n/texts";
import { Dialog } from "../../../ui/Dialog";
import { addNew } from "../../adding";
import { kindOf, stepName, stepsOf, textOf } from "../../document";
import { connect, disconnect } from "../../edits";
import { pathId } from "../../json";
import { kindText } from "../../kinds";
import { outcomesOf } from "../../outcomes";
import { presetChoices } from "../../presets";
import { StepPicker } from "../../StepPicker";
import { useDocument, useEditorStore } from "../../store";
import { useForm, useValue, useWrite } from "../form";
import { Field } from "./Field";
import type { Of, ValueProps } from "./ValueField";

/** Before the preset of a step that is not there yet; no id of a step holds a colon. */
const NEW = "new:";

/** A link to a step: it is chosen by its name, followed, and taken off. */
export function LinkField({ path, shape, label, isRequired = false, end }: ValueProps<Of<"string">>) {
  const text = useTexts();
  const store = useEditorStore();
  const { step: id } = useForm();
  const steps = stepsOf(useDocument());
  const target = textOf(useValue(path));
  const write = useWrite();
  const [isChoosing, choose] = useState(false);
  const step = id === null ? undefined : steps.get(id);
  // A way of a step is a port of its card, too: both change it in the same manner.
  const outcome = step && outcomesOf(step).find((one) => one.id === pathId(path));
  const pick = (chosen: string) => {
    choose(false);
    const editor = store.getState();
    if (chosen.startsWith(NEW)) {
      if (id !== null && outcome) {
        addNew(editor, chosen.slice(NEW.length), text, { step: id, outcome });
      }
    } else if (id !== null && outcome) {
      editor.edit(connect(id, outcome, chosen));
    } else {
      write(path, chosen);
    }
  };
  const clear = () => (id !== null && outcome ? store.getState().edit(disconnect(id, outcome)) : write(path, undefined));
  const there = [...steps].map(([to, found]) => ({ id: to, name: stepName(to, found), more: text(kindText(kindOf(found)), { kind: kindOf(found) }) }));
  const fresh = outcome ? presetChoices(text).map((choice) => ({ ...choice, id: `${NEW}${choice.id}`, name: text("connect.new", { kind: choice.name }) })) : [];
  const isThere = steps.has(target);
  return (
    <div className="link-field">
      <Field path={path} label={label} help={shape.help} end={end}>
        {(control) => (
          <span className="link-control">
            <button
              {...control}
              type="button"
              className={target !== "" && !isThere ? "input link-target error-text" : "input link-target"}
              // Its name is the key's and what is chosen.
              aria-labelledby={`${control.id}-label ${control.id}`}
              aria-haspopup="dialog"
              onClick={() => choose(true)}
            >
              <span className={target === "" ? "muted" : ""}>{target === "" ? text(isRequired ? "link.choose" : "link.none") : stepName(target, steps.get(target))}</span>
              <ChevronsUpDown size={14} aria-hidden />
            </button>
            {target !== "" && (
              <>
                <button type="button" className="button quiet icon" disabled={!isThere} aria-label={text("link.go", { way: label })} title={text("link.go", { way: label })} onClick={() => store.getState().open(target)}>
                  <ArrowRight size={15} aria-hidden />
                </button>
                {!isRequired && (
                  <button type="button" className="button quiet icon" aria-label={text("link.clear", { way: label })} title={text("link.clear", { way: label })} onClick={clear}>
                    <X size={15} aria-hidden />
                  </button>
                )}
              </>
            )}
          </span>
        )}
      </Field>
      {isChoosing && (
        <Dialog title={label} onClose={() => choose(false)}>
          <StepPicker label={text("connect.to")} choices={[...there, ...fresh]} onPick={pick} />
        </Dialog>
      )}
    </div>
  );
}
