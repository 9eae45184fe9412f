import { useTexts } from "../../i18n/texts";
import { stepName, stepsOf } from "../document";
import { outcomesOf } from "../outcomes";
import { useDocument, useEditorStore } from "../store";
import { useLabel } from "../useLabel";

/** The ways of other steps that lead to this one. */
export function UsedBy({ id }: { id: string }) {
  const text = useTexts();
  const label = useLabel();
  const editor = useEditorStore();
  const steps = stepsOf(useDocument());
  const incoming = [...steps].flatMap(([from, step]) => outcomesOf(step).flatMap((outcome) => (outcome.target === id ? [{ from, step, outcome }] : [])));
  if (incoming.length === 0) {
    return null;
  }
  return (
    <details className="fold">
      <summary>{text("inspector.used_by", { count: incoming.length })}</summary>
      <ul className="used-by">
        {incoming.map(({ from, step, outcome }) => (
          <li key={`${from} ${outcome.id}`}>
            <button type="button" className="link-button" aria-label={`${stepName(from, step)}, ${label(outcome.label)}`} onClick={() => editor.getState().open(from, outcome.id)}>
              {stepName(from, step)}
            </button>
            <span className="muted">{label(outcome.label)}</span>
          </li>
        ))}
      </ul>
    </details>
  );
}
