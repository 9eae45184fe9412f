import type { Position } from "../document";
import type { Plan } from "./arrange";
import { FRAME } from "./size";

/** A layout of cards that belong to no group. */
type Layout = (plan: Pick<Plan, "cards" | "edges">) => Map<string, Position>;

/** Lays out each group by itself, and then the whole with each group as one card, so that no frame lies over another one or over a card. */
export function arrangeGroups({ cards, edges, groups }: Plan, layout: Layout): Map<string, Position> {
  const ownerOf = new Map(groups.flatMap(({ id, cards: held }) => held.map((card) => [card, id] as const)));
  const nodeOf = (card: string) => (ownerOf.has(card) ? `group:${ownerOf.get(card)}` : card);
  const byId = new Map(cards.map((card) => [card.id, card]));
  const inner = groups.map(({ id, collapsed, cards: held }) => {
    const own = held.flatMap((card) => byId.get(card) ?? []);
    const isOwn = new Set(held);
    const places = layout({ cards: own, edges: edges.filter(({ from, to }) => isOwn.has(from) && isOwn.has(to)) });
    const left = Math.min(...own.map((card) => places.get(card.id)?.x ?? 0));
    const top = Math.min(...own.map((card) => places.get(card.id)?.y ?? 0));
    const right = Math.max(...own.map((card) => (places.get(card.id)?.x ?? 0) + card.width));
    const bottom = Math.max(...own.map((card) => (places.get(card.id)?.y ?? 0) + card.height));
    const size = collapsed ?? { width: right - left + 2 * FRAME.side, height: bottom - top + FRAME.top + FRAME.side };
    // Where the group's first card is put, seen from the corner of the frame. A collapsed group's card stands where its steps begin.
    const shift = collapsed ? { x: -left, y: -top } : { x: FRAME.side - left, y: FRAME.top - top };
    return { id: `group:${id}`, ...size, shift, places };
  });
  const outer = layout({
    cards: [...cards.filter(({ id }) => !ownerOf.has(id)), ...inner.map(({ id, width, height }) => ({ id, width, height }))],
    edges: edges.map(({ from, to }) => ({ from: nodeOf(from), to: nodeOf(to) })).filter(({ from, to }) => from !== to),
  });
  const placed = new Map([...outer].filter(([id]) => byId.has(id)));
  for (const { id, shift, places } of inner) {
    const at = outer.get(id) ?? { x: 0, y: 0 };
    for (const [card, { x, y }] of places) {
      placed.set(card, { x: at.x + shift.x + x, y: at.y + shift.y + y });
    }
  }
  return placed;
}
