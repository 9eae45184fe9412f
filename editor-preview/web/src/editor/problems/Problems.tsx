import { CircleX, TriangleAlert } from "lucide-react";
import { memo, useDeferredValue } from "react";

import type { Diagnostic } from "../../api/bots";
import { useTexts } from "../../i18n/texts";
import { stepName, stepsOf } from "../document";
import type { JsonObject } from "../json";
import { useDocument, useEditor, useEditorStore } from "../store";
import { openProblem } from "./opening";
import { countProblems, inOrder, keyOf, PROBLEM_FILTERS } from "./order";
import "./problems.css";
import { Fixes, ProblemText } from "./ProblemText";
import { hasTitle } from "./titles";

/** What is wrong with the bot, at the bottom; its lines are drawn while it is open. */
export function Problems() {
  const text = useTexts();
  const isOpen = useEditor((state) => state.areProblemsShown);
  const { showProblems } = useEditorStore().getState();
  // What they are called and what can be done about them follows a moment behind the key that changed it.
  const document = useDeferredValue(useDocument());
  return (
    <details className="problems" id="problems" open={isOpen} onToggle={({ currentTarget }) => showProblems(currentTarget.open)}>
      <summary>
        {text("problems.title")} <ProblemCount />
      </summary>
      {isOpen && <ProblemList document={document} />}
    </details>
  );
}

/** A line leads to the field that it is about, and has what can be done at once. */
const ProblemList = memo(function ProblemList({ document }: { document: JsonObject }) {
  const text = useTexts();
  const { filterProblems } = useEditorStore().getState();
  const diagnostics = useEditor((state) => state.diagnostics);
  const filter = useEditor((state) => state.problemFilter);
  const current = useEditor((state) => state.problem);
  const steps = stepsOf(document);
  const shown = inOrder(diagnostics).filter(({ severity }) => filter === "all" || severity === filter);
  return (
    <>
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
              <ProblemButton problem={problem} step={problem.step === undefined ? "" : stepName(problem.step, steps.get(problem.step))} isCurrent={current === keyOf(problem)} />
              <Fixes problem={problem} document={document} />
            </li>
          ))}
        </ul>
      ) : (
        <p className="problems-none muted">{text("problems.none")}</p>
      )}
    </>
  );
});

const ProblemButton = memo(function ProblemButton({ problem, step, isCurrent }: { problem: Diagnostic; step: string; isCurrent: boolean }) {
  const text = useTexts();
  const store = useEditorStore();
  const { severity, code } = problem;
  const title = hasTitle(code) ? text(`problem.${code}`) : "";
  const start = [step, title].filter((part) => part !== "").join(" · ");
  return (
    <button type="button" className="problem" data-problem={keyOf(problem)} aria-current={isCurrent || undefined} onClick={() => openProblem(store.getState(), problem)}>
      {severity === "error" ? <CircleX size={16} className="error-text" aria-label={text("problems.error")} /> : <TriangleAlert size={16} className="warn-text" aria-label={text("problems.warning")} />}
      <span>
        <strong>{start}</strong> <ProblemText problem={problem} />
      </span>
    </button>
  );
});

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
