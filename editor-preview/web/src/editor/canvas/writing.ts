import { type ChangeEvent, type KeyboardEvent, useState } from "react";

import type { Edit } from "../edits";
import { useEditorStore } from "../store";

/** Words of the canvas that are written where they stand. */
interface Words {
  what: "group" | "note";
  id: string;
  before: string;
  /** The edit that keeps the words; none, where they are as before. */
  change: (words: string) => Edit | null;
  /** Whether a key ends the writing, beside Escape. */
  isEnd: (event: KeyboardEvent) => boolean;
}

/** What a field for words has: they are kept when the focus leaves it, and undone together with what is new and was made for them. */
export function useWriting({ what, id, before, change, isEnd }: Words) {
  const store = useEditorStore();
  const [written, write] = useState(before);
  const keep = () => {
    const { edit, endGesture, ask } = store.getState();
    const changed = change(written);
    if (changed) {
      edit(changed, `${what} ${id}`);
    }
    endGesture();
    ask(null);
  };
  return {
    value: written,
    autoFocus: true,
    onChange: (event: ChangeEvent<HTMLInputElement | HTMLTextAreaElement>) => write(event.target.value),
    onBlur: keep,
    onKeyDown: (event: KeyboardEvent) => {
      event.stopPropagation();
      if (event.key === "Escape" || isEnd(event)) {
        event.preventDefault();
        store.getState().view?.focus(`${what}:${id}`);
      }
    },
  };
}
