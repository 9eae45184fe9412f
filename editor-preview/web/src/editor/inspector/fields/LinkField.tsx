import { ArrowRight, ChevronsUpDown, X } from "lucide-react";
import { useState } from "react";

import { useTexts } from "../../../i18n/texts";
import { Dialog } from "../../../ui/Dialog";
import { stepName, stepsOf, textOf } from "../../document";
import { disconnect } from "../../edits";
import { pathId } from "../../json";
import { outcomesOf } from "../../outcomes";
import { useDocument, useEditorStore } from "../../store";
import { TargetPicker } from "../../TargetPicker";
import { useForm, useFullName, useValue, useWrite } from "../form";
import { Field } from "./Field";
import type { Of, ValueProps } from "./ValueField";

/** A link to a step: it is chosen by its name, followed, and taken off. */
export function LinkField({ path, shape, label, isRequired = false, end }: ValueProps<Of<"string">>) {
  const text = useTexts();
  const store = useEditorStore();
  const { step: id } = useForm();
  const full = useFullName();
  const way = full(label);
  const steps = stepsOf(useDocument());
  const target = textOf(useValue(path));
  const write = useWrite();
  const [isChoosing, choose] = useState(false);
  const step = id === null ? undefined : steps.get(id);
  // A way of a step is a port of its card, too: both change it in the same manner.
  const outcome = step && outcomesOf(step).find((one) => one.id === pathId(path));
  const clear = () => (id !== null && outcome ? store.getState().edit(disconnect(id, outcome)) : write(path, undefined));
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
                <button type="button" className="button quiet icon" disabled={!isThere} aria-label={text("link.go", { way })} title={text("link.go", { way })} onClick={() => store.getState().open(target)}>
                  <ArrowRight size={15} aria-hidden />
                </button>
                {!isRequired && (
                  <button type="button" className="button quiet icon" aria-label={text("link.clear", { way })} title={text("link.clear", { way })} onClick={clear}>
                    <X size={15} aria-hidden />
                  </button>
                )}
              </>
            )}
          </span>
        )}
      </Field>
      {isChoosing && (
        <Dialog title={way} onClose={() => choose(false)}>
          <TargetPicker from={id !== null && outcome ? { step: id, outcome } : undefined} onClose={() => choose(false)} onPick={(target) => write(path, target)} />
        </Dialog>
      )}
    </div>
  );
}
