import { CircleX, TriangleAlert } from "lucide-react";

import type { Diagnostic } from "../../api/bots";
import { useTexts } from "../../i18n/texts";
import { stepName, stepsOf } from "../document";
import { useDocument, useEditor, useEditorStore } from "../store";
import { openProblem } from "./opening";
import { countProblems, inOrder, keyOf, PROBLEM_FILTERS } from "./order";
import "./problems.css";
import { ProblemFixes, ProblemText } from "./ProblemText";
import { hasTitle } from "./titles";


/** What is wrong with the bot, at the bottom; a line leads to the field that it is about, and has what can be done at once. */
export function Problems() {
  const text = useTexts();
  const { filterProblems } = useEditorStore().getState();
  const diagnostics = useEditor((state) => state.diagnostics);
  const filter = useEditor((state) => state.problemFilter);
  const shown = inOrder(diagnostics).filter(({ severity }) => filter === "all" || severity === filter);
  return (
    <details className="problems" id="problems">
      <summary>
        {text("problems.title")} <ProblemCount />
      </summary>
      <div className="problems-filter" role="radiogroup" aria-label={text("problems.filter")}>
        {PROBLEM_FILTERS.map((name) => (
          <label key={name}>
            <input type="radio" name="problems-filter" checked={filter === name} onChange={() => filterProblems(name)} />
            {text(`problems.show_${name}`)}
          </label>
        ))}
      </div>
      {shown.length > 0 ? (
        <ul>
          {shown.map((problem, index) => (
            <li key={`${index} ${keyOf(problem)}`} className="problem-line">
              <ProblemLine problem={problem} />
            </li>
          ))}
        </ul>
      ) : (
        <p className="problems-none muted">{text("problems.none")}</p>
      )}
    </details>
  );
}

function ProblemLine({ problem }: { problem: Diagnostic }) {
  const text = useTexts();
  const store = useEditorStore();
  const steps = stepsOf(useDocument());
  const isCurrent = useEditor((state) => state.problem === keyOf(problem));
  const { step, severity, code } = problem;
  const title = hasTitle(code) ? text(`problem.${code}`) : "";
  const start = [step === undefined ? "" : stepName(step, steps.get(step)), title].filter((part) => part !== "").join(" · ");
  return (
    <>
      <button type="button" className="problem" data-problem={keyOf(problem)} aria-current={isCurrent || undefined} onClick={() => openProblem(store.getState(), problem)}>
        {severity === "error" ? <CircleX size={16} className="error-text" aria-label={text("problems.error")} /> : <TriangleAlert size={16} className="warn-text" aria-label={text("problems.warning")} />}
        <span>
          <strong>{start}</strong> <ProblemText problem={problem} />
        </span>
      </button>
      <ProblemFixes problem={problem} />
    </>
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
