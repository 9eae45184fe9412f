import type { TraceLine } from "../api/previews";
import type { Json } from "../editor/json";
import { useLanguage, useTexts } from "../i18n/texts";
import { stepName, stepsOf } from "../editor/document";
import { useDocument, useEditor } from "../editor/store";
import { usePreview } from "./store";

/** What the bot did and why, line by line; a line selects its step. */
export function Trace() {
  const text = useTexts();
  const [language] = useLanguage();
  const turns = usePreview((state) => state.answer?.turns);
  if (!turns || turns.length === 0) {
    return <p className="muted">{text("trace.none")}</p>;
  }
  const clock = new Intl.DateTimeFormat(language, { timeStyle: "medium" });
  return (
    <ol className="trace">
      {turns.map(({ line, at, trace }, index) => (
        <li key={`${index} ${line}`}>
          <h3>
            <time dateTime={at}>{clock.format(new Date(at))}</time> · {text("trace.line", { line: line + 1 })}
          </h3>
          <ul>
            {trace.map((what, place) => (
              <li key={place}>
                <TraceEntry entry={what} />
              </li>
            ))}
          </ul>
        </li>
      ))}
    </ol>
  );
}

function TraceEntry({ entry }: { entry: TraceLine }) {
  const text = useTexts();
  const steps = stepsOf(useDocument());
  const select = useEditor((state) => state.select);
  const { what, session: _, step, ...rest } = entry;
  const said = Object.entries(rest).filter(([, value]) => value !== undefined && value !== null);
  const id = typeof step === "string" ? step : undefined;
  return (
    <div className={what === "failed" ? "trace-entry error-text" : "trace-entry"}>
      <span className="trace-what">{text(`trace.${what}`)}</span>
      {id !== undefined && (
        <button type="button" className="way-target" disabled={!steps.has(id)} onClick={() => select([id])}>
          {stepName(id, steps.get(id))}
        </button>
      )}
      {said.map(([key, value]) => (
        <span key={key} className="muted">
          <span className="hidden">{key} </span>
          {shown(value)}
        </span>
      ))}
    </div>
  );
}

function shown(value: Json | undefined): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}
