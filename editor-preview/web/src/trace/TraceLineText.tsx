import type { TraceLine } from "../api/previews";
import { stepName, stepsOf } from "../editor/document";
import type { Json } from "../editor/json";
import { kindText } from "../editor/kinds";
import { useDocument } from "../editor/store";
import { useTexts } from "../i18n/texts";
import "./trace.css";

/** Keys of a line that name a step. */
const STEPS: ReadonlySet<string> = new Set(["step", "to"]);

/** What one line of a trace says: what happened, at which step, and the rest as it is. */
export function TraceLineText({ line }: { line: TraceLine }) {
  const text = useTexts();
  const steps = stepsOf(useDocument());
  // What only tells one session, version or message from another is for programs.
  const { what, session: _, version: __, entry: ___, kind, ...rest } = line;
  const known = typeof kind === "string" ? { ...rest, kind: text(kindText(kind), { kind }) } : rest;
  // How a session ended is often its outcome, too: once is enough.
  const said = Object.entries(known).filter(([key, value]) => value !== undefined && value !== null && !(key === "status" && value === line.outcome));
  return (
    <span className={what === "failed" ? "trace-said error-text" : "trace-said"}>
      <strong>{text(`trace.${what}`)}</strong>
      {said.map(([key, value]) => (
        <span key={key} className={STEPS.has(key) ? undefined : "muted"}>
          <span className="hidden">{key} </span>
          {key === "to" && <span aria-hidden>→ </span>}
          {STEPS.has(key) && typeof value === "string" ? stepName(value, steps.get(value)) : shown(value)}
        </span>
      ))}
    </span>
  );
}

function shown(value: Json | undefined): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}
