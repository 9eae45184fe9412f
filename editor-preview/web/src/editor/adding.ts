import type { Texts } from "../i18n/texts";
import { blankStep, firstField } from "./blanks";
import { CARD_WIDTH } from "./canvas/size";
import { kindOf, type Position, positionsOf, stepsOf } from "./document";
import { addStep, freshId } from "./edits";
import { type Outcome, outcomesOf } from "./outcomes";
import type { EditorState } from "./store";

/** A way out of a step. */
export interface From {
  step: string;
  outcome: Outcome;
}

/** Adds a step of a preset, right of the step that leads to it, and opens its fields. Its coming and its place are undone as one. */
export function addNew(editor: EditorState, preset: string, text: Texts, from: From | undefined): void {
  const step = blankStep(preset, text);
  const id = freshId(editor.history.document, kindOf(step));
  editor.move(new Map([[id, placeAfter(editor, from?.step)]]), `add ${id}`);
  editor.edit(addStep(id, step, from), `add ${id}`);
  editor.endGesture();
  editor.open(id, firstField(preset), true);
}

/** The way of a step that a new step comes at: the first that leads nowhere and should. */
export function openWay({ history }: EditorState, step: string | undefined): From | undefined {
  const found = step === undefined ? undefined : stepsOf(history.document).get(step);
  const outcome = found && outcomesOf(found).find(({ isOpen, rare }) => isOpen && !rare);
  return step !== undefined && outcome ? { step, outcome } : undefined;
}

/** Right of the step before it; without one, below all others. */
function placeAfter({ history, arranged }: EditorState, before: string | undefined): Position {
  const places = new Map([...arranged, ...positionsOf(history.document)]);
  const place = before === undefined ? undefined : places.get(before);
  if (place) {
    return { x: place.x + CARD_WIDTH + 96, y: place.y + 24 };
  }
  const lowest = Math.max(0, ...[...places.values()].map(({ y }) => y));
  return { x: 40, y: places.size > 0 ? lowest + 240 : 40 };
}
