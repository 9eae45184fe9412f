import { Plus } from "lucide-react";
import { type FormEvent, useState } from "react";

import { useTexts } from "../i18n/texts";
import { Dialog } from "../ui/Dialog";
import { typed } from "./personas";
import { usePreview } from "./store";

/** The answers of a form that the server can't draw, because its screens are known to WhatsApp alone: names and values. */
export function PlainForm({ onClose }: { onClose: () => void }) {
  const text = useTexts();
  const say = usePreview((state) => state.say);
  const [rows, write] = useState<readonly (readonly [string, string])[]>([["", ""]]);
  const change = (place: number, part: 0 | 1, written: string) => write(rows.map((row, index) => (index === place ? (part === 0 ? [written, row[1]] : [row[0], written]) : row)));
  const submit = (event: FormEvent) => {
    event.preventDefault();
    onClose();
    say({ form: Object.fromEntries(rows.filter(([name]) => name.trim() !== "").map(([name, value]) => [name.trim(), typed(value)])) });
  };
  return (
    <Dialog title={text("form.title")} onClose={onClose}>
      <form className="ask" onSubmit={submit}>
        <p className="muted">{text("form.unknown")}</p>
        <ul className="form-rows">
          {rows.map(([name, value], index) => (
            <li key={index}>
              <input className="input mono" aria-label={text("form.name", { row: index + 1 })} placeholder={text("ask.name")} value={name} onChange={(event) => change(index, 0, event.target.value)} data-autofocus={index === 0 || undefined} />
              <input className="input" aria-label={text("form.value", { row: index + 1 })} placeholder={text("ask.value")} value={value} onChange={(event) => change(index, 1, event.target.value)} />
            </li>
          ))}
        </ul>
        <button type="button" className="button" onClick={() => write([...rows, ["", ""]])}>
          <Plus size={16} aria-hidden />
          {text("form.more")}
        </button>
        <div className="dialog-actions">
          <button type="button" className="button" onClick={onClose}>
            {text("dialog.cancel")}
          </button>
          <button className="button primary">{text("preview.send")}</button>
        </div>
      </form>
    </Dialog>
  );
}
