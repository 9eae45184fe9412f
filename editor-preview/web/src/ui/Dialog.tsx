import { type ReactNode, useId, useLayoutEffect, useRef } from "react";

/** A place in the browser's window. */
interface Place {
  x: number;
  y: number;
}

/** Room between a window at a place and the edge of the browser's. */
const MARGIN = 16;

interface DialogProperties {
  title: string;
  at?: Place | undefined;
  /** There is much to read in it. */
  isWide?: boolean;
  onClose: () => void;
  children: ReactNode;
}

/** A modal window, in the middle or near a place; what bears `data-autofocus` gets the focus. The browser's own dialog keeps the focus inside, gives it back at the end, and closes on Escape. */
export function Dialog({ title, at, isWide = false, onClose, children }: DialogProperties) {
  const dialog = useRef<HTMLDialogElement>(null);
  const heading = useId();
  // Closed while it still stands in the page, it gives the focus back to where that was.
  useLayoutEffect(() => {
    const element = dialog.current;
    element?.showModal();
    element?.querySelector<HTMLElement>("[data-autofocus]")?.focus();
    if (element && at) {
      const { width, height } = element.getBoundingClientRect();
      Object.assign(element.style, {
        margin: "0",
        left: `${Math.max(MARGIN, Math.min(at.x, innerWidth - width - MARGIN))}px`,
        top: `${Math.max(MARGIN, Math.min(at.y, innerHeight - height - MARGIN))}px`,
      });
    }
    return () => element?.close();
  }, []);
  return (
    <dialog
      ref={dialog}
      className={["dialog", at && "is-placed", isWide && "is-wide"].filter(Boolean).join(" ")}
      aria-labelledby={heading}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
      // The keys of the page behind it have no business here.
      onKeyDown={(event) => event.stopPropagation()}
      onClick={(event) => {
        if (event.target === dialog.current) {
          onClose();
        }
      }}
    >
      <div className="dialog-body">
        <h2 id={heading}>{title}</h2>
        {children}
      </div>
    </dialog>
  );
}
