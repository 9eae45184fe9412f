import type { Diagnostic } from "../../api/bots";
import { pathId } from "../json";
import { pathOfPlace } from "./place";

/** Which problems the list shows. */
export const PROBLEM_FILTERS = ["all", "error", "warning"] as const;

export type ProblemFilter = (typeof PROBLEM_FILTERS)[number];

/** What is wrong with each step, by its id. */
export function problemsByStep(diagnostics: readonly Diagnostic[]): ReadonlyMap<string, readonly Diagnostic[]> {
  const found = new Map<string, Diagnostic[]>();
  for (const problem of diagnostics) {
    const id = problem.step ?? "";
    found.set(id, [...(found.get(id) ?? []), problem]);
  }
  return found;
}

/** Whether two checks say the same. Where in the text of the bot a problem stands moves with every letter before it; its path says where it is. */
export function isSameCheck(some: readonly Diagnostic[], others: readonly Diagnostic[]): boolean {
  const said = (problems: readonly Diagnostic[]) => JSON.stringify(problems.map(({ span: _, ...rest }) => rest));
  return said(some) === said(others);
}

/** How many errors and warnings there are. */
export function countProblems(diagnostics: readonly Diagnostic[]): { errors: number; warnings: number } {
  const errors = diagnostics.filter(({ severity }) => severity === "error").length;
  return { errors, warnings: diagnostics.length - errors };
}

/** Errors before warnings, else as the checker gives them. */
export function inOrder(diagnostics: readonly Diagnostic[]): readonly Diagnostic[] {
  const rank = ({ severity }: Diagnostic) => (severity === "error" ? 0 : 1);
  return diagnostics.toSorted((left, right) => rank(left) - rank(right));
}

/** What makes a problem the same one after the next check. */
export function keyOf({ code, path, message }: Pick<Diagnostic, "code" | "path" | "message">): string {
  return `${code} ${path} ${message}`;
}

/** The problem after, or before, the current one; where none is current, that of the selected step. */
export function nextProblem(diagnostics: readonly Diagnostic[], selected: ReadonlySet<string>, by: 1 | -1, current?: string | null): Diagnostic | undefined {
  const all = inOrder(diagnostics);
  const isSelected = ({ step }: Diagnostic) => step !== undefined && selected.has(step);
  const known = all.findIndex((problem) => keyOf(problem) === current && (problem.step === undefined || isSelected(problem)));
  const here = known !== -1 ? known : by === 1 ? all.findLastIndex(isSelected) : all.findIndex(isSelected);
  const from = here === -1 && by === -1 ? 0 : here;
  return all.at((from + by) % all.length);
}

/** The field of a step that a diagnostic is about: `steps.welcome.buttons[0].title` is `buttons.0.title`. */
export function fieldOf({ step, path }: Pick<Diagnostic, "step" | "path">): string {
  return step === undefined ? "" : pathId(pathOfPlace(path).slice(2));
}

/** The place of a diagnostic in the document, as one word of keys. Each field of a form asks it of every problem. */
export function placeOf(problem: Pick<Diagnostic, "path">): string {
  const known = placesRead.get(problem);
  if (known !== undefined) {
    return known;
  }
  const place = pathId(pathOfPlace(problem.path));
  placesRead.set(problem, place);
  return place;
}

const placesRead = new WeakMap<Pick<Diagnostic, "path">, string>();
