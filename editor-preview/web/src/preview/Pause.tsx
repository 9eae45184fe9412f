import { useTexts } from "../i18n/texts";
import { stepName, stepsOf } from "../editor/document";
import { useDocument } from "../editor/store";
import { walkOf } from "./moments";
import { usePreview } from "./store";

/** What is seen is an earlier moment: which, and the way back to the end. */
export function Pause() {
  const text = useTexts();
  const moment = usePreview((state) => state.moment);
  const lookAt = usePreview((state) => state.lookAt);
  const step = usePreview((state) => (state.moment && state.answer ? walkOf(state.answer, state.moment).current : null));
  const steps = stepsOf(useDocument());
  if (!moment) {
    return null;
  }
  return (
    <div className="notice pause" role="status">
      <span>{step === null ? text("moment.line", { line: moment.line + 1 }) : text("moment.step", { line: moment.line + 1, step: stepName(step, steps.get(step)) })}</span>
      <button type="button" className="button" onClick={() => lookAt(null)}>
        {text("moment.end")}
      </button>
    </div>
  );
}
