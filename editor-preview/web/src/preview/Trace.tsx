import type { TraceLine } from "../api/previews";
import type { Json } from "../editor/json";
import { useLanguage, useTexts } from "../i18n/texts";
import { stepName, stepsOf } from "../editor/document";
import { kindText } from "../editor/kinds";
import { useDocument, useEditor } from "../editor/store";
import { compare, type Moment } from "./moments";
import { Pause } from "./Pause";
import { usePreview } from "./store";

/** What the bot did and why, entry by entry. An entry shows the moment that it happened: in the chat, on the canvas, in the variables. */
export function Trace() {
  const text = useTexts();
  const [language] = useLanguage();
  const turns = usePreview((state) => state.answer?.turns);
  const moment = usePreview((state) => state.moment);
  const lines = usePreview((state) => state.lines);
  if (!turns || turns.length === 0) {
    return <p className="muted">{text("trace.none")}</p>;
  }
  const clock = new Intl.DateTimeFormat(language, { timeStyle: "medium" });
  return (
    <>
      <Pause />
      <ol className="trace">
        {turns.map(({ line, at, trace }, index) => (
          <li key={`${index} ${line}`}>
            <h3>
              <time dateTime={at}>{clock.format(new Date(at))}</time> · {text("trace.line", { line: line + 1 })} <code className="trace-said">{brief(lines[line])}</code>
            </h3>
            <ul>
              {trace.map((entry, place) => (
                <li key={place}>
                  <TraceEntry entry={entry} at={{ line, entry: place }} moment={moment} />
                </li>
              ))}
            </ul>
          </li>
        ))}
      </ol>
    </>
  );
}

function TraceEntry({ entry, at, moment }: { entry: TraceLine; at: Moment; moment: Moment | null }) {
  const text = useTexts();
  const steps = stepsOf(useDocument());
  const select = useEditor((state) => state.select);
  const lookAt = usePreview((state) => state.lookAt);
  // What only tells one session, version or message from another is for programs.
  const { what, session: _, version: __, entry: ___, step, kind, ...rest } = entry;
  const known = typeof kind === "string" ? { kind: text(kindText(kind), { kind }), ...rest } : rest;
  const said = Object.entries(known).filter(([, value]) => value !== undefined && value !== null);
  const id = typeof step === "string" ? step : undefined;
  const order = moment ? compare(at, moment) : -1;
  const state = order === 0 ? " is-now" : order > 0 ? " is-later" : "";
  return (
    <button
      type="button"
      className={`trace-entry${what === "failed" ? " is-failed" : ""}${state}`}
      aria-current={order === 0 ? "true" : undefined}
      onClick={() => {
        lookAt(at);
        if (id !== undefined && steps.has(id)) {
          select([id]);
        }
      }}
    >
      <span className="trace-what">{text(`trace.${what}`)}</span>
      {id !== undefined && <span className="trace-step">{stepName(id, steps.get(id))}</span>}
      {said.map(([key, value]) => (
        <span key={key} className="muted">
          <span className="hidden">{key} </span>
          {shown(value)}
        </span>
      ))}
    </button>
  );
}

function shown(value: Json | undefined): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

/** A line in a few words: what it says, without its braces. */
function brief(line: object | undefined): string {
  const [said] = Object.entries(line ?? {}).map(([key, value]) => `${key} ${shown(value as Json)}`);
  return said ?? "";
}
