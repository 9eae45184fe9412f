import { Check, Pencil, X } from "lucide-react";
import { type FormEvent, useId, useState } from "react";

import { useTexts } from "../i18n/texts";
import { stepName, stepsOf } from "../editor/document";
import type { Json } from "../editor/json";
import { useDocument } from "../editor/store";
import { recordsAt, variablesAt } from "./moments";
import { Pause } from "./Pause";
import { shown, typed } from "./personas";
import { seen, usePreview } from "./store";
import { isEmpty, scopesOf, type Value, writtenBy } from "./values";

/** What the bot knows at this moment of the rehearsal. A value can be changed by hand: that is a line of the conversation, too. */
export function Variables() {
  const text = useTexts();
  const document = useDocument();
  const answer = usePreview(seen);
  const moment = usePreview((state) => state.moment);
  const contact = usePreview((state) => state.contact);
  const [hidesEmpty, hideEmpty] = useState(true);
  if (!answer?.session && !answer?.contact) {
    return <p className="muted">{text("variables.none")}</p>;
  }
  const { session, turns } = answer;
  const atEnd = session?.vars ?? {};
  const vars = moment ? variablesAt(turns, moment, atEnd, document) : atEnd;
  const last = turns.at(-1)?.trace ?? [];
  const changed = writtenBy(moment ? last.slice(0, moment.entry + 1) : last);
  const records = moment ? recordsAt(turns, moment, contact) : new Map<string, Json>();
  const was = (path: string, value: Json) => {
    const before = records.get(path);
    return before === undefined ? value : before;
  };
  const scopes = scopesOf(answer, vars)
    .map(({ name, values }) => ({ name, values: values.map(({ value, ...known }) => ({ ...known, value: was(known.path, value) })) }))
    .map(({ name, values }) => ({ name, values: values.filter(({ value }) => !hidesEmpty || !isEmpty(value)) }))
    .filter(({ values }) => values.length > 0);
  const step = session?.step ?? "";
  return (
    <div className="variables">
      <Pause />
      {session && !moment && (
        <p>
          {text(session.status === "failed" ? "session.failed" : `session.${session.state}`)} <strong>{stepName(step, stepsOf(document).get(step))}</strong>
        </p>
      )}
      <label className="tick-box">
        <input type="checkbox" checked={hidesEmpty} onChange={(event) => hideEmpty(event.target.checked)} />
        {text("variables.hide_empty")}
      </label>
      {scopes.map(({ name, values }) => (
        <section key={name}>
          <h3>
            {text(`scope.${name}`)} <code className="muted">{name}</code>
          </h3>
          <ul className="values">
            {values.map((value) => (
              <ValueRow key={`${value.path} ${JSON.stringify(value.value)}`} known={value} isChanged={changed.has(value.path)} />
            ))}
          </ul>
        </section>
      ))}
    </div>
  );
}

function ValueRow({ known, isChanged }: { known: Value; isChanged: boolean }) {
  const text = useTexts();
  const act = usePreview((state) => state.act);
  const { path, value, isWritable } = known;
  const [written, write] = useState<string | null>(null);
  const [isCopied, setCopied] = useState(false);
  const id = useId();
  const save = (event: FormEvent) => {
    event.preventDefault();
    act({ set: { [path]: typeof value === "string" ? (written ?? "") : typed(written ?? "") } });
    write(null);
  };
  return (
    <li className={isChanged ? "value is-changed" : "value"}>
      <button
        type="button"
        className="value-path"
        title={text("variables.copy", { path })}
        onClick={() => void navigator.clipboard.writeText(path).then(() => setCopied(true))}
        onBlur={() => setCopied(false)}
      >
        <code>{path.split(".").slice(1).join(".")}</code>
        <span className="hidden">, {text("variables.copy", { path })}</span>
      </button>
      {written === null ? (
        <>
          <span className="value-content">
            {typeof value === "object" && value !== null ? <pre>{JSON.stringify(value, null, 2)}</pre> : String(value ?? "–")}
            {isChanged && <span className="pill">{text("variables.changed")}</span>}
            {isCopied && <span role="status" className="pill ok">{text("variables.copied")}</span>}
          </span>
          {isWritable && (
            <button type="button" className="button quiet icon" aria-label={text("variables.edit", { path })} title={text("variables.edit", { path })} onClick={() => write(shown(value))}>
              <Pencil size={14} aria-hidden />
            </button>
          )}
        </>
      ) : (
        <form className="value-edit" onSubmit={save} onKeyDown={(event) => event.key === "Escape" && write(null)}>
          <label className="hidden" htmlFor={id}>
            {path}
          </label>
          <input id={id} className="input mono" autoFocus autoComplete="off" value={written} onChange={(event) => write(event.target.value)} />
          <button className="button icon" aria-label={text("variables.set")} title={text("variables.set")}>
            <Check size={14} aria-hidden />
          </button>
          <button type="button" className="button quiet icon" aria-label={text("dialog.cancel")} title={text("dialog.cancel")} onClick={() => write(null)}>
            <X size={14} aria-hidden />
          </button>
        </form>
      )}
    </li>
  );
}
