import { useId, useState } from "react";

import { useLanguage, useTexts } from "../../i18n/texts";
import { useDocument, useEditorStore } from "../store";
import { addLanguage, isSameLanguage, languageName, ownLanguage, readTag, translatedLanguages } from "./languages";

/** Languages that are offered; any other can be written. */
const OFFERED = ["en", "es", "pt-BR", "pt-PT", "fr", "de", "it", "nl", "ar", "hi", "id", "tr"];

/** Asks for a language to translate the bot into. */
export function AddLanguage({ onAdd, onCancel }: { onAdd: (language: string) => void; onCancel: () => void }) {
  const text = useTexts();
  const [studio] = useLanguage();
  const store = useEditorStore();
  const document = useDocument();
  const id = useId();
  const [written, write] = useState("");
  const taken = [ownLanguage(document), ...translatedLanguages(document)];
  const tag = readTag(written);
  const fault = written.trim() === "" ? "" : tag === undefined ? text("translations.no_tag") : taken.some((one) => isSameLanguage(one, tag)) ? text("translations.taken") : "";
  const add = () => {
    if (tag !== undefined && fault === "") {
      store.getState().edit(addLanguage(tag));
      onAdd(tag);
    }
  };
  return (
    <form
      className="dialog-body"
      onSubmit={(event) => {
        event.preventDefault();
        add();
      }}
    >
      <p>{text("translations.own", { language: languageName(ownLanguage(document), studio) })}</p>
      <label className="field">
        <span className="field-label">{text("translations.new")}</span>
        <input className="input" list={`${id}-offered`} value={written} onChange={(event) => write(event.target.value)} aria-invalid={fault !== ""} aria-describedby={`${id}-fault`} data-autofocus />
      </label>
      <datalist id={`${id}-offered`}>
        {OFFERED.filter((one) => !taken.some((other) => isSameLanguage(one, other))).map((one) => (
          <option key={one} value={one}>
            {languageName(one, studio)}
          </option>
        ))}
      </datalist>
      <p id={`${id}-fault`} className="error-text" aria-live="polite">
        {fault}
      </p>
      <div className="dialog-actions">
        <button type="button" className="button" onClick={onCancel}>
          {text("dialog.cancel")}
        </button>
        <button className="button primary" disabled={tag === undefined || fault !== ""}>
          {text("translations.add_it")}
        </button>
      </div>
    </form>
  );
}
