import { useEffect } from "react";

import { copied, paste, remove, sayCopied } from "./clipboard";
import { type EditorStore, useEditorStore } from "./store";
import { GRAPH, WRITING } from "./useKeys";

/** Copies, cuts and pastes by the browser's own events, which give the clipboard without a question. They are the graph's while it has the focus. */
export function useClipboard(): void {
  const store = useEditorStore();
  useEffect(() => {
    const onCopy = (event: ClipboardEvent) => take(store, event);
    const onCut = (event: ClipboardEvent) => {
      if (take(store, event)) {
        remove(store.getState());
      }
    };
    const onPaste = (event: ClipboardEvent) => {
      if (isOfGraph()) {
        event.preventDefault();
        const editor = store.getState();
        paste(editor, event.clipboardData?.getData("text/plain") ?? "", editor.view?.pointer());
      }
    };
    window.addEventListener("copy", onCopy);
    window.addEventListener("cut", onCut);
    window.addEventListener("paste", onPaste);
    return () => {
      window.removeEventListener("copy", onCopy);
      window.removeEventListener("cut", onCut);
      window.removeEventListener("paste", onPaste);
    };
  }, [store]);
}

function take(store: EditorStore, event: ClipboardEvent): boolean {
  const editor = store.getState();
  if (!isOfGraph() || editor.selected.size + editor.selectedNotes.size === 0 || !event.clipboardData) {
    return false;
  }
  event.clipboardData.setData("text/plain", copied(editor));
  event.preventDefault();
  sayCopied(editor);
  return true;
}

/** Whether the graph has the focus; nothing has it in a page that was just opened. Text that is selected somewhere is copied as text. */
function isOfGraph(): boolean {
  const focused = document.activeElement;
  if (!focused || focused === document.body) {
    return window.getSelection()?.isCollapsed ?? true;
  }
  return !focused.matches(WRITING) && focused.closest(GRAPH) !== null;
}
