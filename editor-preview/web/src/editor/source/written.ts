/** JSON as it is being written, until it is part of the document. */
import { stepsOf } from "../document";
import { setInStep } from "../edits";
import { isSame, type JsonObject } from "../json";
import type { EditorState } from "../store";
import { readObject } from "./readJson";

/** What the JSON is of: a step by its id, or the whole bot. */
export type Scope = { step: string } | "bot";

/** A text that somebody wrote. */
export interface Written {
  text: string;
  /** What stood in the document when the text began, or since it was taken over. */
  base: JsonObject;
  /** The document says the same. */
  isTaken: boolean;
}

/** The texts that are being written, by what they are of. */
export type WrittenTexts = ReadonlyMap<string, Written>;

/** How an object is written: the same wherever the studio writes one. */
export function canonical(value: JsonObject): string {
  return JSON.stringify(value, null, 2);
}

/** What a scope holds now; undefined where the step is gone. */
export function valueOf(document: JsonObject, scope: Scope): JsonObject | undefined {
  return scope === "bot" ? document : stepsOf(document).get(scope.step);
}

/** The text that somebody began and that is not only another form of what the document says. */
export function writtenFor({ written, history }: EditorState, scope: Scope): Written | undefined {
  const found = written.get(scopeKey(scope));
  // What was taken over and changed elsewhere since is old.
  return found && found.isTaken && found.base !== valueOf(history.document, scope) ? undefined : found;
}

/** Whether the document was changed elsewhere while a text was written: it must not be taken over unasked. */
export function isBehind(editor: EditorState, scope: Scope): boolean {
  const found = writtenFor(editor, scope);
  return found !== undefined && !found.isTaken && found.base !== valueOf(editor.history.document, scope);
}

/** Whether there are texts that the document does not hold yet. */
export function hasUntaken({ written, history }: EditorState): boolean {
  const steps = stepsOf(history.document);
  return [...written].some(([key, { isTaken }]) => !isTaken && (key === "" || steps.has(key)));
}

/** Keeps what somebody writes. */
export function write(editor: EditorState, scope: Scope, text: string): void {
  const now = valueOf(editor.history.document, scope);
  const before = writtenFor(editor, scope);
  const base = before?.base ?? now;
  if (base) {
    editor.setWritten(new Map([...editor.written, [scopeKey(scope), { text, base, isTaken: false }]]));
  }
}

/** Takes a text into the document where it can be read: one entry of the history. `overwrite`: also what was changed elsewhere meanwhile. */
export function take(editor: EditorState, scope: Scope, overwrite = false): void {
  const found = writtenFor(editor, scope);
  const now = valueOf(editor.history.document, scope);
  if (!found || found.isTaken || !now || (isBehind(editor, scope) && !overwrite)) {
    return;
  }
  const { text } = found;
  const read = readObject(text);
  if (read.fault) {
    return;
  }
  // Another form of the same is no change.
  const base = isSame(read.value, now) ? now : read.value;
  if (base !== now) {
    editor.edit(scope === "bot" ? () => base : setInStep(scope.step, [], base));
  }
  editor.setWritten(new Map([...editor.written, [scopeKey(scope), { text, base, isTaken: true }]]));
}

/** Lets go of a text. */
export function discard(editor: EditorState, scope: Scope): void {
  editor.setWritten(new Map([...editor.written].filter(([key]) => key !== scopeKey(scope))));
}

/** Somebody leaves the text: what can be read is taken over, and then stands in its canonical form. */
export function leave(editor: () => EditorState, scope: Scope): void {
  take(editor(), scope);
  if (writtenFor(editor(), scope)?.isTaken) {
    discard(editor(), scope);
  }
}

function scopeKey(scope: Scope): string {
  return scope === "bot" ? "" : scope.step;
}
