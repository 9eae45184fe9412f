/** What is selected, and what is done with the places of it. */
import { type From, wayOf } from "./adding";
import type { Box } from "./aligning";
import { cardSize } from "./canvas/size";
import { type Position, positionsOf, stepsOf } from "./document";
import { placeSteps, together } from "./edits";
import { changeNote, groupOf, notesOf } from "./layout";
import type { EditorState } from "./store";

/** The one step that is selected, if it is one. */
export function selectedStep({ selected }: EditorState): string | undefined {
  return selected.size === 1 ? [...selected][0] : undefined;
}

/** The way that is selected, as it is in the document now. */
export function meantWay(editor: EditorState): From | undefined {
  return wayOf(editor, editor.way);
}

/** Where the steps are shown: where somebody put them, else where they were arranged. */
export function placesOf({ history, arranged }: EditorState): ReadonlyMap<string, Position> {
  return new Map([...arranged, ...positionsOf(history.document)]);
}

/** The cards of the selected steps, and the selected notes. */
export function boxesOf(editor: EditorState): { steps: Box[]; notes: Box[] } {
  const { selected, selectedNotes, history } = editor;
  const places = placesOf(editor);
  const steps = [...stepsOf(history.document)].flatMap(([id, step]): Box[] => {
    const place = selected.has(id) ? places.get(id) : undefined;
    return place ? [{ id, ...place, ...cardSize(step, true) }] : [];
  });
  return { steps, notes: notesOf(history.document).filter(({ id }) => selectedNotes.has(id)) };
}

/** Moves all that is selected by as much. */
export function moveSelected(editor: EditorState, by: Position, gesture?: string): void {
  const { steps, notes } = boxesOf(editor);
  const moved = ({ id, x, y }: Box): [string, Position] => [id, { x: x + by.x, y: y + by.y }];
  moveBoxes(editor, new Map(steps.map(moved)), new Map(notes.map(moved)), gesture);
}

/** Puts steps and notes somewhere, as one change. */
export function moveBoxes(editor: EditorState, steps: ReadonlyMap<string, Position>, notes: ReadonlyMap<string, Position>, gesture?: string): void {
  const ofSteps = steps.size > 0 ? [placeSteps(steps, editor.arranged)] : [];
  const ofNotes = [...notes].map(([id, { x, y }]) => changeNote(id, { x: Math.round(x), y: Math.round(y) }));
  editor.edit(together(...ofSteps, ...ofNotes), gesture);
}

/** Selects a step and gives its card the focus; one that is hidden in a group that is collapsed, the group's. */
export function goTo(editor: EditorState, step: string): void {
  const group = groupOf(editor.history.document, step);
  if (group?.collapsed) {
    editor.select(group.steps);
    editor.view?.focus(`group:${group.id}`);
  } else {
    editor.select([step]);
    editor.view?.focus(step);
  }
}
