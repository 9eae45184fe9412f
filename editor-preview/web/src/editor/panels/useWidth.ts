import { useSyncExternalStore } from "react";

/** From these widths of the window on there is room: for the canvas to be edited, and for the outline beside it. */
export const ROOMY = 1024;
export const WIDE = 1280;

/** Whether the window is at least as wide. */
export function useIsWide(width: number): boolean {
  return useSyncExternalStore(
    (changed) => {
      const query = matchMedia(`(min-width: ${width}px)`);
      query.addEventListener("change", changed);
      return () => query.removeEventListener("change", changed);
    },
    () => matchMedia(`(min-width: ${width}px)`).matches,
  );
}
