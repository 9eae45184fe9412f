import { expect, test } from "vitest";

import type { Diagnostic } from "../../api/bots";
import { countProblems, fieldOf, inOrder, nextProblem } from "./order";

const problem = (severity: Diagnostic["severity"], step?: string): Diagnostic => ({ code: "c", severity, path: "", message: `${severity} ${step}`, ...(step ? { step } : {}) });
const all = [problem("warning", "a"), problem("error", "b"), problem("error"), problem("warning", "c")];

test("errors stand before warnings", () => {
  expect(inOrder(all).map(({ message }) => message)).toEqual(["error b", "error undefined", "warning a", "warning c"]);
  expect(countProblems(all)).toEqual({ errors: 2, warnings: 2 });
});

test("the next problem is found from the selected step, in both directions and around", () => {
  const step = (selected: string[], by: 1 | -1) => nextProblem(all, new Set(selected), by)?.step;
  expect([step([], 1), step(["b"], 1), step(["c"], 1), step(["b"], -1), step([], -1)]).toEqual(["b", "a", "b", "c", "c"]);
  expect(nextProblem([], new Set(), 1)).toBeUndefined();
});

test("a diagnostic's path names the field of its step", () => {
  expect(fieldOf({ step: "ask", path: "steps.ask.buttons[0].title" })).toBe("buttons.0.title");
  expect(fieldOf({ step: "ask", path: "steps.ask" })).toBe("");
  expect(fieldOf({ path: "name" })).toBe("");
});
