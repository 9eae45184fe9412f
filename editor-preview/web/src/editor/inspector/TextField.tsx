import { CircleX, TriangleAlert } from "lucide-react";
import { useId } from "react";

import { useTexts } from "../../i18n/texts";
import type { Edit } from "../edits";
import { pathId } from "../json";
import { fieldOf, keyOf } from "../problems/order";
import { ProblemFixes, ProblemText } from "../problems/ProblemText";
import { useEditor, useEditorStore } from "../store";
import { type Field, lengthOf } from "./fields";

interface Props {
  step: string;
  field: Field;
  value: string;
  placeholder?: string;
  onWrite: (written: string) => Edit;
}

/** A text of a step, with how much of its length is used and what is wrong with it. What is typed in one go is undone in one go. */
export function TextField({ step, field, value, placeholder, onWrite }: Props) {
  const text = useTexts();
  const store = useEditorStore();
  const id = useId();
  const path = pathId(field.path);
  const diagnostics = useEditor((state) => state.diagnostics);
  const faults = diagnostics.filter((problem) => problem.step === step && fieldOf(problem) === path);
  const length = lengthOf(value);
  const isTooLong = field.limit !== undefined && length > field.limit;
  const common = {
    id,
    className: "input",
    value,
    placeholder,
    "data-path": path,
    "aria-invalid": isTooLong || faults.some(({ severity }) => severity === "error"),
    "aria-describedby": `${id}-more`,
    onChange: (event: { target: { value: string } }) => store.getState().edit(onWrite(event.target.value), `${step}.${path}`),
    onBlur: () => store.getState().endGesture(),
  };
  return (
    <div className="field">
      <div className="field-label">
        <label htmlFor={id}>{text(field.name, { number: field.number })}</label>
        {field.limit !== undefined && (
          <span className={isTooLong ? "counter error-text" : "counter"} aria-hidden>
            {length}/{field.limit}
          </span>
        )}
      </div>
      {field.isLong ? <textarea rows={3} {...common} /> : <input {...common} />}
      <div id={`${id}-more`} className="field-more">
        {isTooLong && faults.length === 0 && <p className="error-text">{text("field.too_long", { length, limit: field.limit })}</p>}
        {faults.map((problem) => (
          <div key={keyOf(problem)} className={problem.severity === "error" ? "error-text" : "warn-text"}>
            <ProblemText problem={problem} /> <ProblemFixes problem={problem} />
          </div>
        ))}
      </div>
    </div>
  );
}

/** What is wrong with a step as a whole, or with a part of it that has no field; what is wrong with a field stands there. */
export function StepProblems({ step, fields }: { step: string; fields: readonly string[] }) {
  const text = useTexts();
  const problems = useEditor((state) => state.diagnostics).filter((problem) => problem.step === step && !fields.includes(fieldOf(problem)));
  if (problems.length === 0) {
    return null;
  }
  return (
    <ul className="step-problems" aria-label={text("problems.title")}>
      {problems.map((problem) => (
        <li key={keyOf(problem)} className={problem.severity === "error" ? "error-text" : "warn-text"}>
          {problem.severity === "error" ? <CircleX size={15} aria-hidden /> : <TriangleAlert size={15} aria-hidden />}
          <span>
            <ProblemText problem={problem} /> <ProblemFixes problem={problem} />
          </span>
        </li>
      ))}
    </ul>
  );
}
