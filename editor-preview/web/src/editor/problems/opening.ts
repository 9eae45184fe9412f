import { flushSync } from "react-dom";

import type { Diagnostic } from "../../api/bots";
import { stepsOf } from "../document";
import type { EditorState } from "../store";
import { fieldOf, keyOf, nextProblem, placeOf } from "./order";

/** Goes to what a problem is about: the field of its step, or of the bot itself. */
export function openProblem(editor: EditorState, problem: Diagnostic): void {
  editor.setProblem(keyOf(problem));
  if (problem.step !== undefined && stepsOf(editor.history.document).has(problem.step)) {
    editor.open(problem.step, fieldOf(problem));
  } else {
    editor.openBot(placeOf(problem));
  }
}

/** Goes to the next problem, or the one before. */
export function goToProblem(editor: EditorState, by: 1 | -1): void {
  const problem = nextProblem(editor.diagnostics, editor.selected, by, editor.problem);
  if (problem) {
    openProblem(editor, problem);
  }
}

/** Opens the list at the bottom with all that is in it, and the focus on the first error. */
export function showErrors(editor: EditorState): void {
  editor.filterProblems("all");
  showProblems(editor);
}

/** Opens the list at the bottom, with the focus on its first line. */
export function showProblems(editor: EditorState): void {
  flushSync(() => editor.showProblems(true));
  const list = window.document.querySelector("#problems");
  (list?.querySelector<HTMLElement>(".problem") ?? list?.querySelector("summary"))?.focus();
}
