import { type Position, stepsOf } from "../document";
import type { JsonObject } from "../json";
import type { Group } from "../layout";
import { cardSize, FRAME } from "./size";

/** The frame around a group's steps; of a collapsed one the corner where its steps begin. Undefined while they have no places. */
export function frameOf(document: JsonObject, { steps: held, collapsed }: Group, places: ReadonlyMap<string, Position>): (Position & { width: number; height: number }) | undefined {
  const steps = stepsOf(document);
  const boxes = held.flatMap((id) => {
    const [step, place] = [steps.get(id), places.get(id)];
    // As large as the cards are at most, so that a frame does not jump when one is selected.
    return step && place ? [{ ...place, ...cardSize(step, true) }] : [];
  });
  if (boxes.length === 0) {
    return undefined;
  }
  const left = Math.min(...boxes.map(({ x }) => x));
  const top = Math.min(...boxes.map(({ y }) => y));
  const right = Math.max(...boxes.map(({ x, width }) => x + width));
  const bottom = Math.max(...boxes.map(({ y, height }) => y + height));
  const [side, above] = collapsed ? [0, 0] : [FRAME.side, FRAME.top];
  return { x: left - side, y: top - above, width: right - left + 2 * side, height: bottom - top + above + side };
}
