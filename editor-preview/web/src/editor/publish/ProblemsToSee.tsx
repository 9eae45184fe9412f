import { CircleX, TriangleAlert } from "lucide-react";

import { usePhrases, useTexts } from "../../i18n/texts";
import { stepName, stepsOf } from "../document";
import { countProblems, inOrder } from "../problems/order";
import { useDocument, useEditor } from "../store";

/** What is wrong with the draft: errors forbid to publish it, warnings have to be seen. */
export function ProblemsToSee({ hasSeen, onSee }: { hasSeen: boolean; onSee: (hasSeen: boolean) => void }) {
  const text = useTexts();
  const phrases = usePhrases();
  const steps = stepsOf(useDocument());
  const diagnostics = useEditor((state) => state.diagnostics);
  const { errors, warnings } = countProblems(diagnostics);
  if (diagnostics.length === 0) {
    return null;
  }
  return (
    <div className="publish-problems">
      {errors > 0 && (
        <p className="error-text" role="alert">
          {text("publish.errors", { count: errors })}
        </p>
      )}
      <ul tabIndex={0} aria-label={text("problems.title")}>
        {inOrder(diagnostics).map(({ severity, step, message }, index) => (
          <li key={index}>
            {severity === "error" ? (
              <CircleX size={16} className="error-text" aria-label={text("problems.error")} />
            ) : (
              <TriangleAlert size={16} className="warn-text" aria-label={text("problems.warning")} />
            )}
            <span>
              {step !== undefined && <strong>{stepName(step, steps.get(step))}: </strong>}
              {phrases(message)}
            </span>
          </li>
        ))}
      </ul>
      {errors === 0 && warnings > 0 && (
        <label className="choice">
          <input type="checkbox" checked={hasSeen} onChange={(event) => onSee(event.target.checked)} />
          {text("publish.seen", { count: warnings })}
        </label>
      )}
    </div>
  );
}
