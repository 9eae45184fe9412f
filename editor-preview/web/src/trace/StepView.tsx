import { kindOf, stepName, stepsOf } from "../editor/document";
import { kindText } from "../editor/kinds";
import { readable } from "../editor/readable";
import { useDocument, useEditor } from "../editor/store";
import { useTexts } from "../i18n/texts";
import "./trace.css";

/** What the selected step holds, key by key; nothing of it can be changed. */
export function StepView() {
  const text = useTexts();
  const steps = stepsOf(useDocument());
  const [id] = useEditor((state) => state.selected);
  const step = id === undefined ? undefined : steps.get(id);
  if (id === undefined || !step) {
    return <p className="muted">{text("inspector.none")}</p>;
  }
  const kind = kindOf(step);
  const { type: _, label: __, ...keys } = step;
  return (
    <section className="step-view" aria-label={stepName(id, step)}>
      <h2>{stepName(id, step)}</h2>
      <p className="muted">{text(kindText(kind), { kind })}</p>
      <dl>
        {Object.entries(keys).map(([key, value]) => (
          <div key={key}>
            <dt>
              <code>{key}</code>
            </dt>
            <dd>{readable(value)}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
