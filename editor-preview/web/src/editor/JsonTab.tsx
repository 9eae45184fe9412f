import { useState } from "react";

import { useTexts } from "../i18n/texts";
import { stepsOf } from "./document";
import { setInStep } from "./edits";
import { isObject, type JsonObject } from "./json";
import { useDocument, useEditor, useEditorStore } from "./store";

/** The JSON itself: of the selected step, else of the whole bot. Text that is none changes nothing. */
export function JsonTab() {
  const document = useDocument();
  const selected = useEditor((state) => state.selected);
  const [id] = selected;
  const step = id === undefined ? undefined : stepsOf(document).get(id);
  const shown = step ?? document;
  const source = JSON.stringify(shown, null, 2);
  return <JsonEditor key={`${id ?? ""} ${source}`} source={source} step={step ? id : undefined} />;
}

function JsonEditor({ source, step }: { source: string; step: string | undefined }) {
  const text = useTexts();
  const store = useEditorStore();
  const [written, write] = useState(source);
  const { value, fault } = read(written);
  const apply = () => {
    if (value) {
      store.getState().edit(step === undefined ? () => value : setInStep(step, [], value));
    }
  };
  return (
    <div className="json-tab">
      <label className="field json-field">
        <span className="field-label">{step === undefined ? text("json.bot") : text("json.step", { step })}</span>
        <textarea className="input" spellCheck={false} value={written} aria-invalid={fault !== undefined} onChange={(event) => write(event.target.value)} />
      </label>
      {fault !== undefined && (
        <p className="error-text" role="alert">
          {fault || text("json.no_object")}
        </p>
      )}
      <div className="dialog-actions">
        <button type="button" className="button" disabled={written === source} onClick={() => write(source)}>
          {text("json.discard")}
        </button>
        <button type="button" className="button primary" disabled={written === source || !value} onClick={apply}>
          {text("json.apply")}
        </button>
      </div>
    </div>
  );
}

function read(source: string): { value?: JsonObject; fault?: string } {
  try {
    const value: unknown = JSON.parse(source);
    return isObject(value as JsonObject) ? { value: value as JsonObject } : { fault: "" };
  } catch (error) {
    return { fault: (error as Error).message };
  }
}
