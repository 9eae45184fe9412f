import { Trash2 } from "lucide-react";
import { type FormEvent, useId, useState } from "react";

import { useTexts } from "../i18n/texts";
import { Dialog } from "../ui/Dialog";
import { asContact, asDraft, asReturning, CONTACT_TEXTS, type Draft, LEAD_TEXTS, savedPersonas, savePersonas } from "./personas";
import { seen, usePreview, usePreviewStore } from "./store";

/** Who writes: what is known of the contact when the conversation begins. Contacts can be kept for the next time. */
export function PersonaDialog({ onClose }: { onClose: () => void }) {
  const text = useTexts();
  const preview = usePreviewStore();
  const [draft, write] = useState<Draft>(() => asDraft(preview.getState().contact));
  const [saved, setSaved] = useState(savedPersonas);
  const known = usePreview((state) => seen(state)?.contact);
  const id = useId();
  const name = draft.name?.trim() ?? "";
  const keep = (personas: typeof saved) => {
    savePersonas(personas);
    setSaved(personas);
  };
  const part = (key: string, rest: { long?: boolean; hint?: string } = {}) => (
    <PersonaPart key={key} name={key} value={draft[key] ?? ""} onWrite={(value) => write((before) => ({ ...before, [key]: value }))} {...rest} />
  );
  const submit = (event: FormEvent) => {
    event.preventDefault();
    onClose();
    preview.getState().become(asContact(draft));
  };
  return (
    <Dialog title={text("persona.title")} onClose={onClose}>
      <form className="ask" onSubmit={submit}>
        <div className="persona-choice">
          <label className="field" htmlFor={id}>
            <span className="field-label">{text("persona.saved")}</span>
            <select
              id={id}
              className="input"
              value={saved.has(name) ? name : ""}
              onChange={(event) => write(asDraft(saved.get(event.target.value) ?? {}))}
            >
              <option value="">{text("persona.guest")}</option>
              {[...saved.keys()].map((one) => (
                <option key={one}>{one}</option>
              ))}
            </select>
          </label>
          <button
            type="button"
            className="button icon"
            disabled={!saved.has(name)}
            aria-label={text("persona.remove", { name })}
            title={text("persona.remove", { name })}
            onClick={() => keep(new Map([...saved].filter(([one]) => one !== name)))}
          >
            <Trash2 size={16} aria-hidden />
          </button>
        </div>
        <button type="button" className="button" disabled={!known} onClick={() => write(asDraft(asReturning(known ?? {})))}>
          {text("persona.returning")}
        </button>
        <div className="persona-parts">
          {CONTACT_TEXTS.map((key) => part(key))}
          <label className="field">
            <span className="field-label">{text("persona.opted_in")}</span>
            <select className="input" value={draft.opted_in ?? ""} onChange={(event) => write((before) => ({ ...before, opted_in: event.target.value }))}>
              <option value="">{text("persona.unknown")}</option>
              <option value="true">{text("persona.yes")}</option>
              <option value="false">{text("persona.no")}</option>
            </select>
          </label>
        </div>
        {part("tags", { hint: text("persona.tags_hint") })}
        {part("fields", { long: true, hint: text("persona.fields_hint") })}
        <fieldset className="persona-lead">
          <legend>{text("persona.lead")}</legend>
          <div className="persona-parts">{LEAD_TEXTS.map((key) => part(`lead.${key}`))}</div>
          {part("lead.tags", { hint: text("persona.tags_hint") })}
          {part("lead.fields", { long: true, hint: text("persona.fields_hint") })}
        </fieldset>
        <div className="dialog-actions">
          <button type="button" className="button" disabled={name === ""} onClick={() => keep(new Map(saved).set(name, asContact(draft)))}>
            {text("persona.keep")}
          </button>
          <button type="button" className="button" onClick={onClose}>
            {text("dialog.cancel")}
          </button>
          <button className="button primary">{text("persona.use")}</button>
        </div>
      </form>
    </Dialog>
  );
}

function PersonaPart({ name, value, long, hint, onWrite }: { name: string; value: string; long?: boolean; hint?: string; onWrite: (value: string) => void }) {
  const text = useTexts();
  const shared = { className: "input", value, placeholder: hint, onChange: (event: { target: { value: string } }) => onWrite(event.target.value) };
  return (
    <label className="field">
      <span className="field-label">{text(`persona.${name.replace("lead.", "lead_")}`)}</span>
      {long ? <textarea {...shared} rows={2} spellCheck={false} /> : <input {...shared} autoComplete="off" />}
    </label>
  );
}
