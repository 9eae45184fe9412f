import { type ReactNode, useId, useLayoutEffect } from "react";

import { useModal } from "./useModal";

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
  /** None: it asks for a decision, and only that takes it away. */
  onClose?: () => void;
  children: ReactNode;
}

/** A modal window, in the middle or near a place; what bears `data-autofocus` gets the focus. */
export function Dialog({ title, at, isWide = false, onClose, children }: DialogProperties) {
  const modal = useModal(onClose);
  const heading = useId();
  useLayoutEffect(() => {
    const element = modal.ref.current;
    element?.querySelector<HTMLElement>("[data-autofocus]")?.focus();
    if (element && at) {
      const { width, height } = element.getBoundingClientRect();
      Object.assign(element.style, {
        margin: "0",
        left: `${Math.max(MARGIN, Math.min(at.x, innerWidth - width - MARGIN))}px`,
        top: `${Math.max(MARGIN, Math.min(at.y, innerHeight - height - MARGIN))}px`,
      });
    }
  }, []);
  return (
    <dialog
      {...modal}
      className={["dialog", at && "is-placed", isWide && "is-wide"].filter(Boolean).join(" ")}
      aria-labelledby={heading}
      onClick={(event) => {
        if (event.target === modal.ref.current) {
          onClose?.();
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
