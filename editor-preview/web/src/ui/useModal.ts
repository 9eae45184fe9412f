import { type KeyboardEvent, type RefObject, type SyntheticEvent, useLayoutEffect, useRef } from "react";

/** What a `<dialog>` is given to be a window over the page. */
interface Modal {
  ref: RefObject<HTMLDialogElement | null>;
  onCancel: (event: SyntheticEvent) => void;
  onClose: () => void;
  onKeyDown: (event: KeyboardEvent) => void;
}

/**
 * Shows a window over the page for as long as it is drawn: the browser's own, which keeps the focus inside and gives it back at the end.
 * `leave` is what Escape asks for; a window that only a decision takes away stays without it.
 */
export function useModal(leave: () => void = () => {}): Modal {
  const dialog = useRef<HTMLDialogElement>(null);
  // Closed while it still stands in the page, it gives the focus back to where that was.
  useLayoutEffect(() => {
    const element = dialog.current;
    element?.showModal();
    return () => element?.close();
  }, []);
  return {
    ref: dialog,
    onCancel: (event) => {
      event.preventDefault();
      leave();
    },
    // Browsers let a page refuse Escape once, and close at the next. What was not left stands here all the same, after React has drawn, and is shown again.
    onClose: () => {
      leave();
      queueMicrotask(() => dialog.current?.open === false && dialog.current.showModal());
    },
    // The keys of the page behind it have no business here.
    onKeyDown: (event) => event.stopPropagation(),
  };
}
