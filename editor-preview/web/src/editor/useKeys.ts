import type { KeyboardEvent } from "react";

import { letterKeys } from "../app/choices";
import { usePreviewStore } from "../preview/store";
import { deleteSteps, disconnect } from "./edits";
import { fieldOf, nextProblem } from "./problems/order";
import { outcomesOf } from "./outcomes";
import { stepsOf } from "./document";
import { type EditorState, useEditorStore } from "./store";

/** Where a key was pressed: inside of this, letters are text. */
const WRITING = "input, textarea, select, [contenteditable]";
/** Where single letters are commands. */
const GRAPH = ".canvas, .outline-tree";

/** The editor's keys: some work everywhere, those of one letter on the canvas and in the outline alone. */
export function useKeys(): (event: KeyboardEvent) => void {
  const store = useEditorStore();
  const preview = usePreviewStore();
  return (event) => {
    const target = event.target as Element;
    const editor = store.getState();
    const writes = target.matches(WRITING) && !target.matches("[data-path]");
    const command =
      everywhere(event, editor, writes) ??
      (event.key === "Enter" && (event.ctrlKey || event.metaKey) ? preview.getState().start : undefined) ??
      (target.closest(GRAPH) && !target.matches(WRITING) ? onGraph(event, editor) : undefined);
    if (command) {
      event.preventDefault();
      command();
    }
  };
}

type Command = (() => void) | undefined;

function everywhere({ key, ctrlKey, metaKey, shiftKey }: KeyboardEvent, editor: EditorState, writes: boolean): Command {
  if (key === "F8") {
    return () => {
      const problem = nextProblem(editor.diagnostics, editor.selected, shiftKey ? -1 : 1);
      if (problem?.step) {
        editor.open(problem.step, fieldOf(problem));
      }
    };
  }
  if (!(ctrlKey || metaKey) || writes) {
    return undefined;
  }
  switch (key.toLowerCase()) {
    case "z":
      return shiftKey ? editor.redo : editor.undo;
    case "y":
      return editor.redo;
    default:
      return undefined;
  }
}

function onGraph({ key, ctrlKey, metaKey, altKey }: KeyboardEvent, editor: EditorState): Command {
  const isLetter = key.length === 1;
  if (ctrlKey || metaKey || altKey || (isLetter && letterKeys.get() === "off")) {
    return undefined;
  }
  const [step] = editor.selected;
  if (key === "/") {
    return () => editor.ask({ what: "add" });
  }
  if (step === undefined) {
    return undefined;
  }
  switch (key) {
    case "c":
    case "C":
      return () => editor.ask({ what: "connect", step });
    case "x":
    case "X":
      return () => disconnectFirst(editor, step);
    case "Delete":
    case "Backspace":
      return () => editor.edit(deleteSteps(editor.selected));
    case "Enter":
      return () => editor.open(step);
    case "F2":
      return () => editor.open(step, "label");
    case "Escape":
      return () => editor.select([]);
    default:
      return undefined;
  }
}

/** Takes off the first link of a step; the list of ways in its fields has one command each. */
function disconnectFirst(editor: EditorState, id: string): void {
  const step = stepsOf(editor.history.document).get(id);
  const outcome = step && outcomesOf(step).find(({ target }) => target !== null);
  if (outcome) {
    editor.edit(disconnect(id, outcome));
  }
}
