import { type FormEvent, useId, useMemo, useState } from "react";

import { useTexts } from "../i18n/texts";
import { useDocument, useEditor } from "../editor/store";
import { Dialog } from "../ui/Dialog";
import type { Answers } from "./actions";
import { begin, isWhole } from "./answers";
import { FieldInput } from "./FieldInput";
import { startsOf } from "./starts";
import { usePreviewStore } from "./store";

/** Starts the bot by one of its triggers, by the API, or at a step with chosen variables. */
export function StartDialog({ onClose }: { onClose: () => void }) {
  const text = useTexts();
  const preview = usePreviewStore();
  const document = useDocument();
  const [selected] = useEditor((state) => state.selected);
  const starts = useMemo(() => startsOf(document), [document]);
  const [chosen, choose] = useState(selected === undefined ? (starts[0]?.id ?? "") : "step");
  const [written, write] = useState<Record<string, Answers>>(selected === undefined ? {} : { step: { step: selected } });
  const [isAnew, beginAnew] = useState(true);
  const id = useId();
  const start = starts.find((one) => one.id === chosen);
  if (!start) {
    return null;
  }
  const answers = { ...begin(start.fields), ...written[start.id] };
  const canStart = isWhole(start.fields, answers);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (canStart) {
      const { beginWith, act } = preview.getState();
      onClose();
      (isAnew ? beginWith : act)(start.line(answers));
    }
  };
  return (
    <Dialog title={text("start.title")} onClose={onClose}>
      <form className="ask" onSubmit={submit}>
        <label className="field" htmlFor={id}>
          <span className="field-label">{text("start.by")}</span>
          <select id={id} className="input" data-autofocus value={start.id} onChange={(event) => choose(event.target.value)}>
            {starts.map((one) => (
              <option key={one.id} value={one.id}>
                {one.detail ? `${text(`trigger.${one.kind}`)} · ${one.detail}` : text(`trigger.${one.kind}`)}
              </option>
            ))}
          </select>
        </label>
        {start.fields.map((field) => (
          <FieldInput
            key={`${start.id} ${field.key}`}
            field={field}
            value={answers[field.key] ?? ""}
            onWrite={(value) => write((before) => ({ ...before, [start.id]: { ...before[start.id], [field.key]: value } }))}
          />
        ))}
        <label className="check">
          <input type="checkbox" checked={isAnew} onChange={(event) => beginAnew(event.target.checked)} />
          {text("start.anew")}
        </label>
        <div className="dialog-actions">
          <button type="button" className="button" onClick={onClose}>
            {text("dialog.cancel")}
          </button>
          <button className="button primary" disabled={!canStart}>
            {text("preview.start")}
          </button>
        </div>
      </form>
    </Dialog>
  );
}
