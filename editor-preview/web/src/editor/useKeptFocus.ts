import { type RefObject, useEffect, useRef } from "react";

/** Keeps the focus inside of a place when what had it goes, so that the next key is still for that place. `find` is what gets it then. */
export function useKeptFocus(place: RefObject<HTMLElement | null>, find: () => HTMLElement | null | undefined): void {
  const wasInside = useRef(false);
  useEffect(() => {
    const see = ({ target }: FocusEvent) => {
      wasInside.current = place.current?.contains(target as Node) ?? false;
    };
    const seeClick = ({ target }: PointerEvent) => {
      wasInside.current &&= place.current?.contains(target as Node) ?? false;
    };
    window.addEventListener("focusin", see);
    window.addEventListener("pointerdown", seeClick);
    return () => {
      window.removeEventListener("focusin", see);
      window.removeEventListener("pointerdown", seeClick);
    };
  }, [place]);
  useEffect(() => {
    if (wasInside.current && document.activeElement === document.body) {
      find()?.focus({ preventScroll: true });
    }
  });
}
