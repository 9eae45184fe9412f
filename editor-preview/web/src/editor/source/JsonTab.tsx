import { CircleX, TriangleAlert } from "lucide-react";
import { useEffect, useMemo, useRef, useState } from "react";

import { usePhrases, useTexts } from "../../i18n/texts";
import { later } from "../../ui/later";
import { stepName, stepsOf } from "../document";
import { sentence } from "../problems/ProblemText";
import { useDocument, useEditor, useEditorStore } from "../store";
import type { CodeHandle } from "./CodeField";
import type { Mark } from "./codeView";
import { marksOf } from "./marks";
import { lineOf, readObject } from "./readJson";
import "./source.css";
import { canonical, discard, isBehind, leave, type Scope, take, valueOf, write, writtenFor } from "./written";

/** The field is as large as all the rest of the editor: it comes when it is needed. */
const CodeField = later(async () => (await import("./CodeField")).default, { waiting: <div className="code-field" aria-busy="true" /> });

/** How long somebody has to pause before what they wrote is taken over. */
const PAUSE_MS = 600;

/**
 * The JSON itself, of the bot or of the selected step: a field like any other. What can be read becomes the document after a pause; what
 * can't changes nothing, says where it is wrong, and is kept.
 */
export function JsonTab() {
  const text = useTexts();
  const steps = stepsOf(useDocument());
  const [id] = useEditor((state) => state.selected);
  const [wantsBot, wantBot] = useState(false);
  const step = id !== undefined && steps.has(id) ? id : undefined;
  const isBot = wantsBot || step === undefined;
  const choices = [
    { bot: false, name: step === undefined ? text("json.no_step") : text("json.of_step", { step: stepName(step, steps.get(step)) }) },
    { bot: true, name: text("json.of_bot") },
  ];
  return (
    <div className="json-tab">
      <div className="segments" role="radiogroup" aria-label={text("json.what")}>
        {choices.map(({ bot, name }) => (
          <label key={String(bot)} className="segment">
            <input type="radio" name="json-scope" checked={isBot === bot} disabled={!bot && step === undefined} onChange={() => wantBot(bot)} />
            <span>{name}</span>
          </label>
        ))}
      </div>
      {step === undefined || isBot ? <Source key="bot" scope="bot" /> : <Source key={`step ${step}`} scope={{ step }} />}
    </div>
  );
}

function Source({ scope: given }: { scope: Scope }) {
  const text = useTexts();
  const phrases = usePhrases();
  const store = useEditorStore();
  // One scope stands for one field: it is another component for another one.
  const [scope] = useState(given);
  const field = useRef<CodeHandle>(null);
  const written = useEditor((state) => writtenFor(state, scope));
  const behind = useEditor((state) => isBehind(state, scope));
  const value = valueOf(useDocument(), scope);
  const diagnostics = useEditor((state) => state.diagnostics);
  const source = useMemo(() => written?.text ?? (value ? canonical(value) : ""), [written, value]);
  const reading = useMemo(() => readObject(source), [source]);
  const marks = useMemo((): readonly Mark[] => {
    if (reading.fault) {
      const { from, to, id, values } = reading.fault;
      return [{ from, to, severity: "error", message: text(id, values) }];
    }
    return marksOf(diagnostics, scope, reading.places).map(({ message, help, ...mark }) => ({ ...mark, message: phrases(message), help: help && phrases(help) }));
  }, [reading, diagnostics, scope, text, phrases]);

  useEffect(() => {
    if (!written || written.isTaken) {
      return undefined;
    }
    const timer = setTimeout(() => take(store.getState(), scope), PAUSE_MS);
    return () => clearTimeout(timer);
  }, [written, store, scope]);
  // Whoever turns to another tab leaves the text, too.
  useEffect(() => () => leave(store.getState, scope), [store, scope]);

  const { undo, redo } = store.getState();
  return (
    <>
      <CodeField
        handle={field}
        label={scope === "bot" ? text("json.bot") : text("json.step", { step: scope.step })}
        text={source}
        isInvalid={reading.fault !== undefined}
        marks={marks}
        taken={written?.isTaken ? written.base : undefined}
        onWrite={(changed) => write(store.getState(), scope, changed)}
        onLeave={() => leave(store.getState, scope)}
        onUndo={undo}
        onRedo={redo}
      />
      {reading.fault && (
        <div className="json-fault" role="alert">
          <p className="error-text">{text("json.not_taken", { reason: marks[0]?.message })}</p>
        </div>
      )}
      {behind && (
        <div className="json-fault" role="alert">
          <p className="warn-text">{text("json.behind")}</p>
        </div>
      )}
      {(reading.fault || behind) && (
        <div className="dialog-actions">
          <button type="button" className="button" onClick={() => discard(store.getState(), scope)}>
            {text("json.discard")}
          </button>
          {behind && (
            <button type="button" className="button primary" disabled={reading.fault !== undefined} onClick={() => take(store.getState(), scope, true)}>
              {text("json.overwrite")}
            </button>
          )}
        </div>
      )}
      {marks.length > 0 && <Marks source={source} marks={marks} onGo={(at) => field.current?.goTo(at)} />}
    </>
  );
}

/** What is wrong, by lines; each leads to its place. */
function Marks({ source, marks, onGo }: { source: string; marks: readonly Mark[]; onGo: (at: number) => void }) {
  const text = useTexts();
  return (
    <ul className="json-marks" aria-label={text("problems.title")}>
      {marks.map(({ from, severity, message, help }, index) => (
        <li key={`${index} ${message}`}>
          <button type="button" className="problem" onClick={() => onGo(from)}>
            {severity === "error" ? <CircleX size={16} className="error-text" aria-label={text("problems.error")} /> : <TriangleAlert size={16} className="warn-text" aria-label={text("problems.warning")} />}
            <span>
              <strong>{text("json.line", { line: lineOf(source, from) })}</strong> {help ? sentence(message) : message} {help && <span className="muted">{help}</span>}
            </span>
          </button>
        </li>
      ))}
    </ul>
  );
}
