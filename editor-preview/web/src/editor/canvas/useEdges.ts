import { type Edge, MarkerType } from "@xyflow/react";
import { useMemo } from "react";

import { useWalk } from "../../preview/useWalk";
import { stepsOf } from "../document";
import { groupsOf } from "../layout";
import { outcomesOf } from "../outcomes";
import { useDocument, useEditor, type Way } from "../store";
import { MANY } from "./size";

/** An edge, and the way that it draws; those that stand for several are none of them. */
export type WayEdge = Edge<{ way: Way | null }>;

/**
 * One edge for each way that leads to a step; those that the rehearsed conversation took stand out. What is hidden in a collapsed group is
 * drawn from and to its card. `over` is the edge that a card is held over.
 */
export function useEdges(over: string | null): WayEdge[] {
  const document = useDocument();
  const selected = useEditor((state) => state.selected);
  const way = useEditor((state) => state.way);
  const { taken } = useWalk();
  return useMemo(() => {
    const steps = stepsOf(document);
    const cards = new Map(groupsOf(document).flatMap(({ id, collapsed, steps: held }) => (collapsed ? held.map((step) => [step, `group:${id}`] as const) : [])));
    const edges = new Map<string, WayEdge>();
    for (const [from, step] of steps) {
      for (const { id: outcome, target: to } of outcomesOf(step)) {
        const [source, target] = [cards.get(from) ?? from, cards.get(to ?? "") ?? to];
        const isInside = source === target && cards.has(from);
        if (to === null || target === null || !steps.has(to) || isInside) {
          continue;
        }
        const isHidden = cards.has(from);
        const id = isHidden ? `${source} ${to}` : `${source} ${outcome}`;
        const isChosen = way?.step === from && way.outcome === outcome;
        const isNear = selected.has(from) || selected.has(to);
        const isTaken = taken.has(`${from} ${to}`);
        edges.set(id, {
          id,
          source,
          sourceHandle: isHidden ? to : outcome,
          target,
          data: { way: isHidden ? null : { step: from, outcome } },
          // The ends that can be dragged are two more things to draw.
          reconnectable: !isHidden && (steps.size <= MANY || isNear),
          className: [isNear ? "is-near" : "", isTaken ? "is-taken" : "", isChosen ? "is-chosen" : "", id === over ? "is-over" : ""].join(" "),
          markerEnd: { type: MarkerType.ArrowClosed, width: 16, height: 16 },
        });
      }
    }
    return [...edges.values()];
  }, [document, selected, way, taken, over]);
}
