import { type FormEvent, useState } from "react";

import { useTexts } from "../i18n/texts";
import { Dialog } from "../ui/Dialog";
import type { Answers, Field } from "./actions";
import { FieldInput } from "./FieldInput";
import { begin, isWhole } from "./answers";

/** Asks for what something needs before it can be done. */
export function AskDialog({ title, fields, onDone, onClose }: { title: string; fields: readonly Field[]; onDone: (answers: Answers) => void; onClose: () => void }) {
  const text = useTexts();
  const [answers, answer] = useState<Answers>(() => begin(fields));
  const canBeDone = isWhole(fields, answers);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (canBeDone) {
      onClose();
      onDone(answers);
    }
  };
  return (
    <Dialog title={title} onClose={onClose}>
      <form className="ask" onSubmit={submit}>
        {fields.map((field, index) => (
          <FieldInput key={field.key} field={field} value={answers[field.key] ?? ""} isFirst={index === 0} onWrite={(written) => answer((before) => ({ ...before, [field.key]: written }))} />
        ))}
        <div className="dialog-actions">
          <button type="button" className="button" onClick={onClose}>
            {text("dialog.cancel")}
          </button>
          <button className="button primary" disabled={!canBeDone}>
            {text("ask.done")}
          </button>
        </div>
      </form>
    </Dialog>
  );
}
