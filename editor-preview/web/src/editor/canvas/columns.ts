import type { Position } from "../document";
import type { Plan } from "./arrange";
import { GAP, MARGIN } from "./size";

/** Places cards in columns, by how many steps it takes to come to them. */
export function inColumns({ cards, edges }: Plan): Map<string, Position> {
  const targets = new Map<string, string[]>();
  for (const { from, to } of edges) {
    targets.set(from, [...(targets.get(from) ?? []), to]);
  }
  const columns = new Map<string, number>();
  for (const { id } of cards) {
    // A card that none before it leads to begins anew at the left.
    const found = columns.has(id) ? [] : [id];
    columns.set(id, columns.get(id) ?? 0);
    for (const from of found) {
      for (const to of targets.get(from) ?? []) {
        if (!columns.has(to)) {
          columns.set(to, (columns.get(from) ?? 0) + 1);
          found.push(to);
        }
      }
    }
  }
  const ends = new Map<number, number>();
  return new Map(
    cards.map(({ id, width, height }) => {
      const column = columns.get(id) ?? 0;
      const y = ends.get(column) ?? MARGIN;
      ends.set(column, y + height + GAP.y);
      return [id, { x: MARGIN + column * (width + GAP.x), y }];
    }),
  );
}
