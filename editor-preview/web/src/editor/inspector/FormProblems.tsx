import { CircleX, TriangleAlert } from "lucide-react";

import { useTexts } from "../../i18n/texts";
import { pathId } from "../json";
import { keyOf, placeOf } from "../problems/order";
import { ProblemFixes, ProblemText } from "../problems/ProblemText";
import { useEditor } from "../store";
import { baseOf, useForm } from "./form";

/** What is wrong with the whole, or with a part of it that has no field; what is wrong with a field stands there. */
export function FormProblems({ shown }: { shown: readonly string[] }) {
  const text = useTexts();
  const base = pathId(baseOf(useForm()));
  const problems = useEditor((state) => state.diagnostics).filter((problem) => {
    const place = placeOf(problem);
    if (base !== "" && place !== base && !place.startsWith(`${base}.`)) {
      return false;
    }
    const key = place.slice(base === "" ? 0 : base.length + 1).split(".")[0] ?? "";
    return !shown.includes(key) && !(base === "" && key === "steps");
  });
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
