import type { Diagnostic } from "../../api/bots";
import { stepsOf } from "../document";
import type { EditorState } from "../store";
import { fieldOf, keyOf, nextProblem } from "./order";

/** Goes to what a problem is about: the field of its step. One of the bot itself has the focus in the list, where its fixes are. */
export function openProblem(editor: EditorState, problem: Diagnostic): void {
  editor.setProblem(keyOf(problem));
  if (problem.step !== undefined && stepsOf(editor.history.document).has(problem.step)) {
    editor.open(problem.step, fieldOf(problem));
  } else {
    showProblems(problem);
  }
}

/** Goes to the next problem, or the one before. */
export function goToProblem(editor: EditorState, by: 1 | -1): void {
  const problem = nextProblem(editor.diagnostics, editor.selected, by, editor.problem);
  if (problem) {
    openProblem(editor, problem);
  }
}

/** Opens the list at the bottom, with the focus on a problem, else on its first line. */
export function showProblems(problem?: Diagnostic): void {
  const list = window.document.querySelector<HTMLDetailsElement>("#problems");
  if (list) {
    list.open = true;
    const line = problem && list.querySelector<HTMLElement>(`[data-problem="${CSS.escape(keyOf(problem))}"]`);
    (line ?? list.querySelector<HTMLElement>(".problem, summary"))?.focus();
  }
}
