import dagre from "@dagrejs/dagre";

import type { Position } from "../document";
import { GAP, MARGIN } from "./size";

/** A graph to lay out: cards with their sizes, which leads to which, and which belong together. */
export interface Plan {
  cards: { id: string; width: number; height: number }[];
  edges: { from: string; to: string }[];
  /** `collapsed`: how large the one card is that stands for them. */
  groups: { id: string; collapsed: { width: number; height: number } | null; cards: string[] }[];
}

/** Places cards from left to right, along the way that a conversation takes, so that few lines cross. */
export function arrange(plan: Pick<Plan, "cards" | "edges">): Map<string, Position> {
  const graph = new dagre.graphlib.Graph();
  graph.setGraph({ rankdir: "LR", nodesep: GAP.y, ranksep: GAP.x, marginx: MARGIN, marginy: MARGIN });
  graph.setDefaultEdgeLabel(() => ({}));
  for (const { id, width, height } of plan.cards) {
    graph.setNode(id, { width, height });
  }
  for (const { from, to } of plan.edges) {
    graph.setEdge(from, to);
  }
  dagre.layout(graph);
  return new Map(
    plan.cards.map(({ id, width, height }) => {
      // The library names a card's middle, the canvas its corner.
      const { x, y } = graph.node(id) as Position;
      return [id, { x: Math.round(x - width / 2), y: Math.round(y - height / 2) }];
    }),
  );
}
