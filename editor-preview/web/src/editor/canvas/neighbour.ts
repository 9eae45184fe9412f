import { type Position, stepsOf } from "../document";
import type { JsonObject } from "../json";
import { outcomesOf } from "../outcomes";

/** Where an arrow key leads: right along the first way out, left to a step that leads here, up and down to the next card. `from`: a step, or those of a group. */
export function neighbour(document: JsonObject, places: ReadonlyMap<string, Position>, from: ReadonlySet<string>, direction: Position): string | undefined {
  const steps = stepsOf(document);
  const targets = (id: string) => {
    const step = steps.get(id);
    return step ? outcomesOf(step).flatMap(({ target }) => (target !== null && steps.has(target) ? [target] : [])) : [];
  };
  if (direction.x > 0) {
    return [...from].flatMap(targets).find((id) => !from.has(id));
  }
  if (direction.x < 0) {
    return [...steps.keys()].find((id) => !from.has(id) && targets(id).some((target) => from.has(target)));
  }
  const here = [...from].map((id) => places.get(id)).find((place) => place !== undefined);
  if (!here) {
    return undefined;
  }
  const distance = ([, { x, y }]: [string, Position]) => Math.hypot(2 * (x - here.x), y - here.y);
  return [...places]
    .filter(([id, { y }]) => steps.has(id) && !from.has(id) && Math.sign(y - here.y) === direction.y)
    .toSorted((one, other) => distance(one) - distance(other))[0]?.[0];
}
