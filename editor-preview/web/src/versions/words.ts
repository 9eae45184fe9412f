import { align } from "./align";

/** A piece of a text that was changed: it stayed, it went, or it came. */
export interface Piece {
  what: "same" | "removed" | "added";
  text: string;
}

/** Two texts as one, with what went and what came marked, word by word. */
export function wordDiff(before: string, after: string): Piece[] {
  const pieces: Piece[] = [];
  for (const place of align(wordsOf(before), wordsOf(after), (one, other) => one === other)) {
    const what = !("after" in place) ? "removed" : "before" in place ? "same" : "added";
    const text = "after" in place ? place.after : place.before;
    const last = pieces.at(-1);
    if (last?.what === what) {
      last.text += text;
    } else {
      pieces.push({ what, text });
    }
  }
  return pieces;
}

/** Words, the spaces between them, and single signs; nothing of the text is lost. */
function wordsOf(text: string): string[] {
  return text.match(/[\p{L}\p{N}\p{M}_]+|\s+|[^\p{L}\p{N}\p{M}_\s]/gu) ?? [];
}
