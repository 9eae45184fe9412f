import type { Position } from "./document";

/** A card, with its place and how large it is. */
export interface Box extends Position {
  id: string;
  width: number;
  height: number;
}

/** How several cards are put in line. */
export type Alignment = "left" | "top" | "across" | "down";

/** The new places of cards: with one edge in line, or with even room between them. */
export function align(boxes: readonly Box[], how: Alignment): ReadonlyMap<string, Position> {
  switch (how) {
    case "left":
      return new Map(boxes.map(({ id, y }) => [id, { x: Math.min(...boxes.map(({ x }) => x)), y }]));
    case "top":
      return new Map(boxes.map(({ id, x }) => [id, { x, y: Math.min(...boxes.map(({ y }) => y)) }]));
    case "across":
      return new Map(spread(boxes, "x", "width").map(({ id, x, y }) => [id, { x, y }]));
    case "down":
      return new Map(spread(boxes, "y", "height").map(({ id, x, y }) => [id, { x, y }]));
  }
}

/** The first and the last stay; where they stand too near for all of them, the others push the last ones on. */
function spread(boxes: readonly Box[], axis: "x" | "y", size: "width" | "height"): Box[] {
  const sorted = boxes.toSorted((one, other) => one[axis] - other[axis]);
  const [first, last] = [sorted[0], sorted.at(-1)];
  if (!first || !last || sorted.length < 3) {
    return sorted;
  }
  const filled = sorted.reduce((sum, box) => sum + box[size], 0);
  const gap = Math.max(NEAREST, (last[axis] + last[size] - first[axis] - filled) / (sorted.length - 1));
  let next = first[axis];
  return sorted.map((box) => {
    const place = Math.round(next);
    next += box[size] + gap;
    return { ...box, [axis]: place };
  });
}

/** The least room that is left between two cards. */
const NEAREST = 16;
