import { useId, useMemo, useState } from "react";

import { useLanguage, useTexts } from "../../i18n/texts";
import { Dialog } from "../../ui/Dialog";
import { useDocument, useEditorStore } from "../store";
import { AddLanguage } from "./AddLanguage";
import { completeness, languageName, listed, ownLanguage, removeLanguage, translatedLanguages } from "./languages";
import { Translation } from "./Translation";
import "./translations.css";
import { useSourceTexts } from "./useTexts";

/** How many texts are shown at once: a large bot has thousands. */
const PAGE = 100;

/** The bot's texts side by side with those of another language, what is missing first. */
export function TranslationsDialog({ language: asked }: { language: string | null }) {
  const text = useTexts();
  const store = useEditorStore();
  const document = useDocument();
  const [chosen, choose] = useState(asked);
  const languages = translatedLanguages(document);
  const language = chosen !== null && languages.includes(chosen) ? chosen : null;
  const close = () => {
    store.getState().endGesture();
    store.getState().ask(null);
  };
  return (
    <Dialog title={text("translations.title")} onClose={close}>
      {language === null ? (
        <AddLanguage onAdd={choose} onCancel={close} />
      ) : (
        <div className="translations">
          <Language key={language} language={language} onChoose={choose} />
          <div className="dialog-actions">
            <button type="button" className="button" onClick={close}>
              {text("dialog.close")}
            </button>
          </div>
        </div>
      )}
    </Dialog>
  );
}

function Language({ language, onChoose }: { language: string; onChoose: (language: string | null) => void }) {
  const text = useTexts();
  const [studio] = useLanguage();
  const store = useEditorStore();
  const document = useDocument();
  const texts = useSourceTexts(document);
  const id = useId();
  const [find, setFind] = useState("");
  const [missingOnly, showMissingOnly] = useState(false);
  const [pages, setPages] = useState(1);
  const { done, all } = texts ? completeness(document, language, texts) : { done: 0, all: 0 };
  // What is shown stays where it is while somebody writes: it is looked for anew when something else is asked for.
  const shown = useMemo(() => (texts ? listed(texts, store.getState().history.document, language, { find, missingOnly }) : []), [texts, store, language, find, missingOnly]);
  return (
    <>
      <div className="translations-head">
        <label className="field">
          <span className="field-label">{text("translations.language")}</span>
          <select className="input" value={language} onChange={(event) => onChoose(event.target.value || null)} data-autofocus>
            {translatedLanguages(document).map((tag) => (
              <option key={tag} value={tag}>
                {languageName(tag, studio)} ({tag})
              </option>
            ))}
            <option value="">{text("translations.add")}</option>
          </select>
        </label>
        <div className="field">
          <label className="field-label" htmlFor={`${id}-done`}>
            {text("translations.done", { done, all })}
          </label>
          <progress id={`${id}-done`} max={Math.max(all, 1)} value={done} />
        </div>
        <label className="field">
          <span className="field-label">{text("translations.find")}</span>
          <input className="input" type="search" value={find} onChange={(event) => setFind(event.target.value)} />
        </label>
        <label className="check">
          <input type="checkbox" checked={missingOnly} onChange={(event) => showMissingOnly(event.target.checked)} />
          {text("translations.missing_only")}
        </label>
        <button type="button" className="button" onClick={() => store.getState().edit(removeLanguage(language))}>
          {text("translations.remove", { language: languageName(language, studio) })}
        </button>
      </div>
      {texts && shown.length === 0 && <p className="muted">{text(missingOnly && find === "" ? "translations.complete" : "translations.none")}</p>}
      <ul className="translation-list" aria-label={text("translations.texts")}>
        {shown.slice(0, pages * PAGE).map((one) => (
          <Translation key={one.key} source={one} language={language} own={ownLanguage(document)} />
        ))}
      </ul>
      {shown.length > pages * PAGE && (
        <button type="button" className="button" onClick={() => setPages(pages + 1)}>
          {text("translations.more", { count: Math.min(PAGE, shown.length - pages * PAGE) })}
        </button>
      )}
    </>
  );
}
