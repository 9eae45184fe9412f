import { type NodeHandle, Position as Side } from "@xyflow/react";

import { CARD_WIDTH, HEAD, PORT, SUMMARY } from "./size";

/** A port as large as it is hit: its dot stands on the edge of the card. */
const HIT = 24;
const OUT = 5;

/**
 * Where the ports of a card are: the way in beside its head, and one way out in each row below what it says. The canvas draws only cards in
 * sight, and edges to the others, so it has to know without measuring.
 */
export function portsOf(outcomes: readonly string[], hasSummary: boolean): NodeHandle[] {
  const first = HEAD + (hasSummary ? SUMMARY : 0) + (PORT + 1) / 2;
  const size = { width: HIT, height: HIT };
  return [
    { type: "target", position: Side.Left, x: -OUT, y: HEAD / 2 - HIT / 2, ...size },
    ...outcomes.map((id, row): NodeHandle => ({ id, type: "source", position: Side.Right, x: CARD_WIDTH + OUT - HIT, y: first + PORT * row - HIT / 2, ...size })),
  ];
}
