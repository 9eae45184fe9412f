import { expect, test } from "vitest";

import type { Diagnostic } from "../../api/bots";
import { countProblems, fieldOf, inOrder, isSameCheck, keyOf, nextProblem } from "./order";

const problem = (severity: Diagnostic["severity"], step?: string): Diagnostic => ({ code: "c", severity, path: "", message: `${severity} ${step}`, ...(step ? { step } : {}) });
const all = [problem("warning", "a"), problem("error", "b"), problem("error"), problem("warning", "c")];

test("errors stand before warnings", () => {
  expect(inOrder(all).map(({ message }) => message)).toEqual(["error b", "error undefined", "warning a", "warning c"]);
  expect(countProblems(all)).toEqual({ errors: 2, warnings: 2 });
});

test("a check says the same where the text before its problems became longer", () => {
  const at = (start: number): Diagnostic[] => all.map((one) => ({ ...one, span: { start, end: start + 5 } }));
  expect([isSameCheck(at(10), at(11)), isSameCheck(all, [...all]), isSameCheck(all, all.slice(1)), isSameCheck(all, all.toReversed())]).toEqual([true, true, false, false]);
});

test("the next problem is found from the selected step, in both directions and around", () => {
  const next = (selected: string[], by: 1 | -1) => nextProblem(all, new Set(selected), by)?.message;
  expect([next([], 1), next(["b"], 1), next(["c"], 1), next(["b"], -1), next([], -1)]).toEqual(["error b", "error undefined", "error b", "warning c", "warning c"]);
  expect(nextProblem([], new Set(), 1)).toBeUndefined();
});

test("several problems of one step come one after the other, and those of no step, too", () => {
  const several = [problem("error", "b"), { ...problem("error", "b"), path: "steps.b.text" }, problem("error"), problem("warning", "c")];
  const walked: string[] = [];
  let current: string | null = null;
  for (let count = 0; count < 5; count += 1) {
    const found: Diagnostic | undefined = nextProblem(several, new Set(current?.includes(" c") ? ["c"] : ["b"]), 1, current);
    current = found ? keyOf(found) : null;
    walked.push(current ?? "");
  }
  // The first of the selected step is behind whoever stands there already.
  expect(walked).toEqual(["c  error undefined", "c  warning c", "c  error b", "c steps.b.text error b", "c  error undefined"]);
});

test("a diagnostic's path names the field of its step", () => {
  expect(fieldOf({ step: "ask", path: "steps.ask.buttons[0].title" })).toBe("buttons.0.title");
  expect(fieldOf({ step: "ask", path: "steps.ask" })).toBe("");
  expect(fieldOf({ path: "name" })).toBe("");
});
