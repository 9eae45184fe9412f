import type { KeyboardEvent, PointerEvent } from "react";

import { useTexts } from "../../i18n/texts";
import { LIMITS, type Panel, within } from "./sizes";

/** How far an arrow moves it, in pixels. */
const STRIDE = 16;

/** On which axis a panel grows, and which way. */
const GROWS: Readonly<Record<Panel, { axis: "x" | "y"; by: 1 | -1; more: string; less: string }>> = {
  outline: { axis: "x", by: 1, more: "ArrowRight", less: "ArrowLeft" },
  side: { axis: "x", by: -1, more: "ArrowLeft", less: "ArrowRight" },
  problems: { axis: "y", by: -1, more: "ArrowUp", less: "ArrowDown" },
};

/** The edge of a panel: dragged, or moved by arrows, it makes the panel larger or smaller; a double click gives it its usual size. */
export function Splitter({ panel, size, onSize }: { panel: Panel; size: number; onSize: (size: number) => void }) {
  const text = useTexts();
  const { axis, by, more, less } = GROWS[panel];
  const { usual, least, most } = LIMITS[panel];
  const resize = (to: number) => onSize(within(panel, to));

  const onKeyDown = (event: KeyboardEvent) => {
    const to = { [more]: size + STRIDE, [less]: size - STRIDE, Home: least, End: most, Enter: usual }[event.key];
    if (to !== undefined) {
      event.preventDefault();
      event.stopPropagation();
      resize(to);
    }
  };
  const onPointerDown = (event: PointerEvent<HTMLElement>) => {
    const handle = event.currentTarget;
    const placeOf = (moved: { clientX: number; clientY: number }) => (axis === "x" ? moved.clientX : moved.clientY);
    const from = placeOf(event);
    const move = (moved: globalThis.PointerEvent) => resize(size + by * (placeOf(moved) - from));
    handle.setPointerCapture(event.pointerId);
    handle.addEventListener("pointermove", move);
    handle.addEventListener("lostpointercapture", () => handle.removeEventListener("pointermove", move), { once: true });
  };

  return (
    <div
      className={`splitter is-${panel}`}
      role="separator"
      tabIndex={0}
      aria-label={text(`panel.${panel}`)}
      aria-orientation={axis === "x" ? "vertical" : "horizontal"}
      aria-valuenow={size}
      aria-valuemin={least}
      aria-valuemax={most}
      onKeyDown={onKeyDown}
      onPointerDown={onPointerDown}
      onDoubleClick={() => resize(usual)}
    />
  );
}
