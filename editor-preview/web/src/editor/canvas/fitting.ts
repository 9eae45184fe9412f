/** How a bot is brought into sight as a whole, and at which scales its cards look how. */
import type { Rect, Viewport } from "@xyflow/react";

import type { Position } from "../document";

/** Below this scale cards are read from far away: a colour and a name. */
export const FAR = 0.35;
/** Below this scale the words of a card are written larger, in the same rows. */
const SMALL = 0.65;
/** The smallest scale at which all of a card is read, and its ports are hit. */
export const READABLE = 0.37;
/** A bot of so many steps is shown from its start where all of it could not be read; of a larger one somebody wants to see the shape. */
const FEW = 20;
/** Room around the whole, in parts of the canvas. */
export const PADDING = 0.03;

/** What is left of a card at a scale. */
export type Distance = "near" | "small" | "far";

export function distanceOf(scale: number): Distance {
  if (scale < FAR) {
    return "far";
  }
  return scale < SMALL ? "small" : "near";
}

/** The smallest scale that a bot is fitted at. */
export function leastScale(steps: number): number {
  return steps <= FEW ? READABLE : 0;
}

/** The viewport that shows all within `bounds`, or as much of it as there is room for at the least scale: its left side, at the height of `start`. */
export function fitted(bounds: Rect, canvas: { width: number; height: number }, least: number, start: Position | undefined): Viewport {
  const room = { width: canvas.width * (1 - 2 * PADDING), height: canvas.height * (1 - 2 * PADDING) };
  const zoom = Math.min(1, Math.max(least, Math.min(room.width / bounds.width, room.height / bounds.height)));
  const [width, height] = [bounds.width * zoom, bounds.height * zoom];
  // What is too large begins at the edge; else it stands in the middle.
  const left = width > room.width ? canvas.width * PADDING : (canvas.width - width) / 2;
  const middle = (canvas.height - height) / 2;
  const above = (start ? start.y - bounds.y : 0) * zoom;
  const top = height > room.height ? Math.min(canvas.height * PADDING, Math.max(canvas.height * (1 - PADDING) - height, canvas.height / 3 - above)) : middle;
  return { x: left - bounds.x * zoom, y: top - bounds.y * zoom, zoom };
}
