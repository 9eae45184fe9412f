import type { Diagnostic } from "../../api/bots";

/** What is wrong with each step, by its id. */
export function problemsByStep(diagnostics: readonly Diagnostic[]): ReadonlyMap<string, readonly Diagnostic[]> {
  const found = new Map<string, Diagnostic[]>();
  for (const problem of diagnostics) {
    const id = problem.step ?? "";
    found.set(id, [...(found.get(id) ?? []), problem]);
  }
  return found;
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

/** The problem after, or before, that of the selected step. */
export function nextProblem(diagnostics: readonly Diagnostic[], selected: ReadonlySet<string>, by: 1 | -1): Diagnostic | undefined {
  const placed = inOrder(diagnostics).filter(({ step }) => step !== undefined);
  const here = placed.findIndex(({ step }) => step !== undefined && selected.has(step));
  const from = here === -1 && by === -1 ? 0 : here;
  return placed.at((from + by) % placed.length);
}

/** The field of a step that a diagnostic is about: `steps.welcome.buttons[0].title` is `buttons.0.title`. */
export function fieldOf({ step, path }: Pick<Diagnostic, "step" | "path">): string {
  const prefix = `steps.${step ?? ""}.`;
  return path.startsWith(prefix) ? placeOf({ path }).slice(prefix.length) : "";
}

/** The place of a diagnostic in the document, as one word of keys. A key that has dots of its own stands in quotes in the checker's path. */
export function placeOf({ path }: Pick<Diagnostic, "path">): string {
  return path.replaceAll(/\[(\d+|"(?:[^"\\]|\\.)*")\]/g, (_, key: string) => `.${key.startsWith('"') ? String(JSON.parse(key)) : key}`);
}
