/** Copying and putting in. The clipboard is the system's: keys go through the browser's own events, menus through its interface, which may ask. */
import { type Position, stepsOf } from "./document";
import { deleteSteps, placeSteps, together } from "./edits";
import { shownKeys } from "./keys";
import { removeNotes } from "./layout";
import { copyPiece, pastePiece, type Piece, readPiece } from "./pieces";
import { placesOf } from "./selection";
import type { EditorState } from "./store";

/** How far from what it was made of a copy is put, so that both are seen. */
const ASIDE = 40;

/** What is selected, as text. */
export function copied(editor: EditorState): string {
  return copyPiece(editor.history.document, placesOf(editor), editor.selected, editor.selectedNotes);
}

/** Says how much was copied. */
export function sayCopied(editor: EditorState): void {
  editor.say("clipboard.copied", { steps: editor.selected.size, notes: editor.selectedNotes.size });
}

/** Takes out what is selected. */
export function remove(editor: EditorState): void {
  editor.edit(together(deleteSteps(editor.selected), removeNotes(editor.selectedNotes)));
}

/** Puts a text in as steps, its corner at a place; without one beside what it was copied from, or where somebody looks. */
export function paste(editor: EditorState, text: string, at?: Position | null): void {
  const piece = readPiece(text);
  if (!piece) {
    editor.say("clipboard.no_steps");
    return;
  }
  putIn(editor, piece, at ?? besides(editor, piece));
  editor.say("clipboard.pasted", { steps: editor.selected.size, notes: editor.selectedNotes.size });
}

/** Puts a copy of what is selected beside it, past the clipboard. */
export function duplicate(editor: EditorState): void {
  const piece = readPiece(copied(editor));
  if (piece) {
    putIn(editor, piece, besides(editor, piece));
  }
}

/** Copies by the browser's interface, which a menu needs. */
export async function copyToClipboard(editor: EditorState): Promise<boolean> {
  const text = copied(editor);
  try {
    await navigator.clipboard.writeText(text);
    sayCopied(editor);
    return true;
  } catch {
    // A page that was not loaded safely has no such interface, and somebody can refuse it.
    editor.say("clipboard.refused", { keys: shownKeys("Mod+C").join("+") });
    return false;
  }
}

/** Pastes by the browser's interface, which a menu needs. */
export async function pasteFromClipboard(editor: EditorState, at?: Position | null): Promise<void> {
  let text: string;
  try {
    text = await navigator.clipboard.readText();
  } catch {
    editor.say("clipboard.refused", { keys: shownKeys("Mod+V").join("+") });
    return;
  }
  paste(editor, text, at);
}

function putIn(editor: EditorState, piece: Piece, at: Position): void {
  const { document } = editor.history;
  const { edit, steps, notes } = pastePiece(document, piece, at);
  // The steps that were only arranged stay where they are.
  editor.edit(together(edit, placeSteps(new Map(), editor.arranged)));
  editor.select(steps, notes);
}

/** Beside the place that the piece came from, and beside the copies that are there already. */
function besides(editor: EditorState, { document: piece, corner }: Piece): Position {
  const places = placesOf(editor);
  const isOfHere = [...stepsOf(piece).keys()].some((id) => stepsOf(editor.history.document).has(id)) || stepsOf(piece).size === 0;
  const middle = editor.view?.middle();
  let at = isOfHere || !middle ? { x: corner.x + ASIDE, y: corner.y + ASIDE } : middle;
  const isTaken = ({ x, y }: Position) => [...places.values()].some((place) => place.x === Math.round(x) && place.y === Math.round(y));
  while (isTaken(at)) {
    at = { x: at.x + ASIDE, y: at.y + ASIDE };
  }
  return at;
}
