import { CircleX, TriangleAlert } from "lucide-react";

import type { Diagnostic } from "../../api/bots";
import { useTexts } from "../../i18n/texts";
import { stepName, stepsOf } from "../document";
import { useDocument, useEditor } from "../store";
import { countProblems, fieldOf, inOrder } from "./order";

/** What is wrong with the bot, at the bottom; a line leads to the field that it is about. */
export function Problems() {
  const text = useTexts();
  const diagnostics = useEditor((state) => state.diagnostics);
  return (
    <details className="problems" id="problems">
      <summary>
        {text("problems.title")} <ProblemCount />
      </summary>
      {diagnostics.length > 0 && (
        <ul>
          {inOrder(diagnostics).map((problem, index) => (
            <li key={`${index} ${problem.code} ${problem.path}`}>
              <ProblemLine problem={problem} />
            </li>
          ))}
        </ul>
      )}
    </details>
  );
}

function ProblemLine({ problem }: { problem: Diagnostic }) {
  const text = useTexts();
  const steps = stepsOf(useDocument());
  const open = useEditor((state) => state.open);
  const { step, severity, message, help, nearest } = problem;
  const advice = [nearest ? text("problems.nearest", { name: nearest }) : "", help ?? ""].filter((part) => part !== "").join(" ");
  const isError = severity === "error";
  return (
    <button type="button" className="problem" disabled={step === undefined || !steps.has(step)} onClick={() => open(step ?? "", fieldOf(problem))}>
      {isError ? <CircleX size={16} className="error-text" aria-label={text("problems.error")} /> : <TriangleAlert size={16} className="warn-text" aria-label={text("problems.warning")} />}
      <span>
        {step !== undefined && <strong>{stepName(step, steps.get(step))}: </strong>}
        {message} {advice && <span className="muted">{advice}</span>}
      </span>
    </button>
  );
}

/** How many errors and warnings there are, in words and with their signs. */
export function ProblemCount() {
  const text = useTexts();
  const { errors, warnings } = countProblems(useEditor((state) => state.diagnostics));
  return (
    <span className="problem-count">
      <span className={errors > 0 ? "error-text" : "muted"} title={text("problems.errors", { count: errors })}>
        <CircleX size={14} aria-hidden />
        <span aria-hidden>{errors}</span>
        <span className="hidden">{text("problems.errors", { count: errors })}</span>
      </span>
      <span className={warnings > 0 ? "warn-text" : "muted"} title={text("problems.warnings", { count: warnings })}>
        <TriangleAlert size={14} aria-hidden />
        <span aria-hidden>{warnings}</span>
        <span className="hidden">{text("problems.warnings", { count: warnings })}</span>
      </span>
    </span>
  );
}
