import type { Position } from "../document";
import type { Plan } from "./arrange";
import { GAP, MARGIN } from "./size";

/** Places cards in columns, by how many steps it takes to come to them. */
export function inColumns({ cards, edges }: Pick<Plan, "cards" | "edges">): Map<string, Position> {
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
  // A column is as wide as the widest in it.
  const widths: number[] = [];
  for (const { id, width } of cards) {
    const column = columns.get(id) ?? 0;
    widths[column] = Math.max(widths[column] ?? 0, width);
  }
  const lefts: number[] = [MARGIN];
  for (let column = 0; column < widths.length; column += 1) {
    lefts[column + 1] = (lefts[column] ?? MARGIN) + (widths[column] ?? 0) + GAP.x;
  }
  const ends = new Map<number, number>();
  return new Map(
    cards.map(({ id, height }) => {
      const column = columns.get(id) ?? 0;
      const y = ends.get(column) ?? MARGIN;
      ends.set(column, y + height + GAP.y);
      return [id, { x: lefts[column] ?? MARGIN, y }];
    }),
  );
}
