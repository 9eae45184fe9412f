import type { TraceLine } from "../api/previews";
import { useDates } from "../i18n/dates";
import { useTexts } from "../i18n/texts";
import { stepsOf, zoneOf } from "../editor/document";
import { useDocument, useEditor } from "../editor/store";
import { AskedParts } from "../trace/AskedParts";
import { TraceLineText, useWords } from "../trace/TraceLineText";
import { didText } from "./did";
import { compare, type Moment } from "./moments";
import { Pause } from "./Pause";
import { usePreview } from "./store";

/** What the bot did and why, entry by entry. An entry shows the moment that it happened: in the chat, on the canvas, in the variables. */
export function Trace() {
  const text = useTexts();
  const { clock } = useDates(zoneOf(useDocument()));
  const words = useWords();
  const turns = usePreview((state) => state.answer?.turns);
  const moment = usePreview((state) => state.moment);
  const lines = usePreview((state) => state.lines);
  if (!turns || turns.length === 0) {
    return <p className="muted">{text("trace.none")}</p>;
  }
  return (
    <>
      <Pause />
      <ol className="trace">
        {turns.map(({ line, at, trace }, index) => (
          <li key={`${index} ${line}`}>
            <h3>
              {text("did.turn", { time: clock(at), line: line + 1, did: didText(lines[line], words) })}
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
  const steps = stepsOf(useDocument());
  const select = useEditor((state) => state.select);
  const lookAt = usePreview((state) => state.lookAt);
  const { step } = entry;
  const order = moment ? compare(at, moment) : -1;
  const state = order === 0 ? " is-now" : order > 0 ? " is-later" : "";
  return (
    <>
      <button
        type="button"
        className={`trace-entry${state}`}
        aria-current={order === 0 ? "true" : undefined}
        onClick={() => {
          lookAt(at);
          if (typeof step === "string" && steps.has(step)) {
            select([step]);
          }
        }}
      >
        <TraceLineText line={entry} />
      </button>
      <AskedParts line={entry} />
    </>
  );
}
