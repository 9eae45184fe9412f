import type { Texts } from "../i18n/texts";
import { blankStep, firstField } from "./blanks";
import { CARD_WIDTH } from "./canvas/size";
import { kindOf, type Position, positionsOf, stepsOf } from "./document";
import { addStep, freshId, insertBetween, placeSteps, together } from "./edits";
import type { JsonObject } from "./json";
import { joinGroup } from "./layout";
import { type Outcome, outcomesOf } from "./outcomes";
import type { EditorState, Way } from "./store";

/** A way out of a step. */
export interface From {
  step: string;
  outcome: Outcome;
}

/** Where a new step comes. */
export interface Coming {
  /** It goes on to where that way led. */
  between?: boolean | undefined;
  /** A place in the browser's window. */
  at?: Position | undefined;
}

/** Adds a step of a preset, right of the step that leads to it or at a place, and opens its fields. Its coming and its place are undone as one. */
export function addNew(editor: EditorState, preset: string, text: Texts, from: From | undefined, { between, at }: Coming = {}): void {
  const step = blankStep(preset, text);
  const id = freshId(editor.history.document, kindOf(step));
  const place = (at && editor.view?.placeAt(at)) ?? placeAfter(editor, from?.step);
  const linked = between && from ? [addStep(id, step), insertBetween(from, id, openOf(step))] : [addStep(id, step, from)];
  const joined = from ? [joinGroup(id, from.step)] : [];
  editor.edit(together(placeSteps(new Map([[id, place]]), editor.arranged), ...linked, ...joined));
  editor.open(id, firstField(preset), true);
}

/** A way, as it is in the document now. */
export function wayOf({ history }: EditorState, way: Way | null | undefined): From | undefined {
  const step = way ? stepsOf(history.document).get(way.step) : undefined;
  const outcome = step && outcomesOf(step).find(({ id }) => id === way?.outcome);
  return way && outcome ? { step: way.step, outcome } : undefined;
}

/** The way of a step that a new step comes at: the first that leads nowhere and should. */
export function openWay({ history }: EditorState, step: string | undefined): From | undefined {
  const found = step === undefined ? undefined : stepsOf(history.document).get(step);
  const outcome = found && openOf(found);
  return step !== undefined && outcome ? { step, outcome } : undefined;
}

/** The way of a step that goes on to one other step and has no choice: what is added after it comes between. */
export function onlyWay({ history }: EditorState, step: string | undefined): From | undefined {
  const found = step === undefined ? undefined : stepsOf(history.document).get(step);
  const [outcome, ...others] = found ? outcomesOf(found).filter(({ rare }) => !rare) : [];
  return step !== undefined && outcome && outcome.target !== null && others.length === 0 ? { step, outcome } : undefined;
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

function openOf(step: JsonObject): Outcome | undefined {
  return outcomesOf(step).find(({ isOpen, rare }) => isOpen && !rare);
}
