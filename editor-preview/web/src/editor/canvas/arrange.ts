import dagre from "@dagrejs/dagre";

import type { Position } from "../document";
import { GAP, MARGIN } from "./size";

/** A graph to lay out: cards with their sizes, and which leads to which. */
export interface Plan {
  cards: { id: string; width: number; height: number }[];
  edges: { from: string; to: string }[];
}

/** Places cards from left to right, along the way that a conversation takes, so that few lines cross. */
export function arrange(plan: Plan): Map<string, Position> {
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
