import { type Position, stepsOf } from "../document";
import type { JsonObject } from "../json";
import { outcomesOf } from "../outcomes";

/** A card and its place. */
interface Placed {
  id: string;
  position: Position;
}

/** Where an arrow key leads: right along the first way out, left to a step that leads here, up and down to the next card. */
export function neighbour(document: JsonObject, cards: readonly Placed[], from: string, direction: Position): string | undefined {
  const steps = stepsOf(document);
  const targets = (id: string) => {
    const step = steps.get(id);
    return step ? outcomesOf(step).flatMap(({ target }) => (target !== null && steps.has(target) ? [target] : [])) : [];
  };
  if (direction.x > 0) {
    return targets(from)[0];
  }
  if (direction.x < 0) {
    return [...steps.keys()].find((id) => id !== from && targets(id).includes(from));
  }
  const here = cards.find(({ id }) => id === from);
  if (!here) {
    return undefined;
  }
  const distance = ({ position }: Placed) => Math.hypot(2 * (position.x - here.position.x), position.y - here.position.y);
  return cards
    .filter(({ id, position }) => id !== from && Math.sign(position.y - here.position.y) === direction.y)
    .toSorted((one, other) => distance(one) - distance(other))[0]?.id;
}
