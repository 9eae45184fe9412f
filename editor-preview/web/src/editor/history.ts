import type { JsonObject } from "./json";

/** A document with what can be undone and redone. */
export interface History {
  document: JsonObject;
  past: readonly JsonObject[];
  future: readonly JsonObject[];
  /** What the latest change is a part of: more of the same gesture is the same entry. */
  gesture: string | null;
}

/** How many changes can be undone. Entries share all that did not change between them. */
const LONGEST = 200;

export function begin(document: JsonObject): History {
  return { document, past: [], future: [], gesture: null };
}

/** Takes a new document in. Changes of one gesture, such as the letters typed into a field, are undone together. */
export function change(history: History, document: JsonObject, gesture: string | null = null): History {
  if (document === history.document) {
    return history;
  }
  const goesOn = gesture !== null && gesture === history.gesture;
  const past = goesOn ? history.past : [...history.past, history.document].slice(-LONGEST);
  return { document, past, future: [], gesture };
}

/** Ends a gesture: what comes is another entry, even of the same kind. */
export function endGesture(history: History): History {
  return history.gesture === null ? history : { ...history, gesture: null };
}

export function undo(history: History): History {
  const before = history.past.at(-1);
  if (!before) {
    return history;
  }
  return { document: before, past: history.past.slice(0, -1), future: [history.document, ...history.future], gesture: null };
}

export function redo(history: History): History {
  const [after, ...future] = history.future;
  if (!after) {
    return history;
  }
  return { document: after, past: [...history.past, history.document], future, gesture: null };
}
