import { Copy } from "lucide-react";
import { useId, useState } from "react";

import { useTexts } from "../../i18n/texts";
import { stepsOf } from "../document";
import { changeId } from "../edits";
import type { JsonObject } from "../json";
import { useDocument, useEditorStore } from "../store";

/** What the language lets an id be. */
const ID = /^[a-z][a-z0-9_]{0,63}$/;

/** For those who write JSON, too: the step's id and its JSON. */
export function Developer({ id, step }: { id: string; step: JsonObject }) {
  const text = useTexts();
  const json = JSON.stringify(step, null, 2);
  const [isCopied, setCopied] = useState(false);
  return (
    <details className="fold">
      <summary>{text("developer.title")}</summary>
      <div className="fields">
        <IdField id={id} />
        <div className="field">
          <div className="field-label">
            <span>{text("developer.json")}</span>
            <button type="button" className="tool-word" onClick={() => void navigator.clipboard.writeText(json).then(() => setCopied(true))}>
              <Copy size={13} aria-hidden />
              <span aria-live="polite">{text(isCopied ? "developer.copied" : "developer.copy")}</span>
            </button>
          </div>
          <pre className="code-block" tabIndex={0} aria-label={text("developer.json")}>
            {json}
          </pre>
        </div>
      </div>
    </details>
  );
}

/** The step's id. Another one is taken when it is complete, and written wherever the step is named. */
function IdField({ id }: { id: string }) {
  const text = useTexts();
  const field = useId();
  const editor = useEditorStore();
  const steps = stepsOf(useDocument());
  const [typed, setTyped] = useState(id);
  const fault = typed === id ? undefined : !ID.test(typed) ? "developer.no_id" : steps.has(typed) ? "developer.id_taken" : undefined;
  const take = () => {
    if (typed !== id && !fault) {
      const { edit, open } = editor.getState();
      edit(changeId(id, typed));
      open(typed, "id");
    }
  };
  return (
    <div className="field">
      <div className="field-label">
        <label htmlFor={field}>{text("developer.id")}</label>
      </div>
      <span className="word-new">
        <input
          id={field}
          className="input code"
          data-path="id"
          value={typed}
          spellCheck={false}
          aria-invalid={fault !== undefined}
          aria-describedby={`${field}-more`}
          onChange={(event) => setTyped(event.target.value)}
          onKeyDown={(event) => {
            if (event.key === "Enter") {
              take();
            }
          }}
        />
        <button type="button" className="button" disabled={typed === id || fault !== undefined} onClick={take}>
          {text("developer.rename")}
        </button>
      </span>
      <div id={`${field}-more`} className="field-more">
        {fault && <p className="error-text">{text(fault)}</p>}
      </div>
    </div>
  );
}
