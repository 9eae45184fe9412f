import { type Edge, type EdgeMarker, MarkerType } from "@xyflow/react";
import { useMemo, useRef } from "react";

import { useWalk } from "../../preview/useWalk";
import { stepsOf } from "../document";
import type { JsonObject } from "../json";
import { groupsOf } from "../layout";
import { outcomesOf } from "../outcomes";
import { placesOf } from "../selection";
import { useDocument, useEditor, useEditorStore, type Way } from "../store";
import { shared } from "./sharing";
import { CARD_WIDTH, MANY } from "./size";

/** An edge, and the way that it draws; those that stand for several are none of them. */
export type WayEdge = Edge<{ way: Way | null }>;

/** The head of a line, in one of the studio's colours: as large as it is, however thick the line. */
function arrow(color: "accent" | "info" | "control"): EdgeMarker {
  return { type: MarkerType.ArrowClosed, width: 16, height: 16, markerUnits: "userSpaceOnUse", color: `var(--${color})` };
}

/**
 * One edge for each way that leads to a step; those that the rehearsed conversation took stand out from the others. What is hidden in a collapsed group is
 * drawn from and to its card. `over` is the edge that a card is held over.
 */
export function useEdges(over: string | null): WayEdge[] {
  const store = useEditorStore();
  const document = useDocument();
  const selected = useEditor((state) => state.selected);
  const way = useEditor((state) => state.way);
  const arranged = useEditor((state) => state.arranged);
  const { taken, visited } = useWalk();
  const steps = useLinked(stepsOf(document));
  const before = useRef<WayEdge[]>([]);
  return useMemo(() => {
    const cards = new Map(groupsOf(document).flatMap(({ id, collapsed, steps: held }) => (collapsed ? held.map((step) => [step, `group:${id}`] as const) : [])));
    const places = placesOf(store.getState());
    const edges = new Map<string, WayEdge>();
    const isRehearsed = visited.size > 0;
    for (const [from, step] of steps) {
      for (const { id: outcome, target: to } of outcomesOf(step)) {
        const [source, target] = [cards.get(from) ?? from, cards.get(to ?? "") ?? to];
        const isInside = source === target && cards.has(from);
        if (to === null || target === null || !steps.has(to) || isInside) {
          continue;
        }
        const isHidden = cards.has(from);
        const id = isHidden ? `${source} ${to}` : `${source} ${outcome}`;
        // A way back goes around the cards, in right angles: a curve would lie across them.
        const isBack = (places.get(to)?.x ?? 0) < (places.get(from)?.x ?? 0) + CARD_WIDTH;
        const isChosen = way?.step === from && way.outcome === outcome;
        const isNear = selected.has(from) || selected.has(to);
        const isTaken = taken.has(`${from} ${to}`);
        edges.set(id, {
          id,
          type: isBack ? "smoothstep" : "default",
          source,
          sourceHandle: isHidden ? to : outcome,
          target,
          data: { way: isHidden ? null : { step: from, outcome } },
          // Where several end at one port, the end of the chosen one is taken hold of.
          zIndex: isChosen ? 1 : 0,
          // The ends that can be dragged are two more things to draw.
          reconnectable: !isHidden && (steps.size <= MANY || isNear),
          className: [isNear ? "is-near" : "", isTaken ? "is-taken" : isRehearsed ? "is-untaken" : "", isChosen ? "is-chosen" : "", id === over ? "is-over" : ""].join(" "),
          markerEnd: arrow(isChosen || id === over ? "accent" : isTaken ? "info" : isNear ? "accent" : "control"),
        });
      }
    }
    before.current = shared(before.current, [...edges.values()], isAlike);
    return before.current;
  }, [store, steps, document.layout, arranged, selected, way, taken, visited, over]);
}

/** The steps as they were when one of their links was last another: what else is written in them draws no edge anew. */
function useLinked(steps: ReadonlyMap<string, JsonObject>): ReadonlyMap<string, JsonObject> {
  const before = useRef(steps);
  if (!hasSameLinks(before.current, steps)) {
    before.current = steps;
  }
  return before.current;
}

function hasSameLinks(some: ReadonlyMap<string, JsonObject>, others: ReadonlyMap<string, JsonObject>): boolean {
  const isAlike = ([id, step]: [string, JsonObject]) => {
    const other = others.get(id);
    const [ways, otherWays] = [outcomesOf(step), other ? outcomesOf(other) : []];
    return other === step || (other !== undefined && ways.length === otherWays.length && ways.every((way, index) => way.id === otherWays[index]?.id && way.target === otherWays[index].target));
  };
  return some === others || (some.size === others.size && [...some].every(isAlike));
}

/** The rest of an edge follows from these. */
function isAlike(one: WayEdge, other: WayEdge): boolean {
  return (
    one.type === other.type &&
    one.source === other.source &&
    one.sourceHandle === other.sourceHandle &&
    one.target === other.target &&
    one.zIndex === other.zIndex &&
    one.reconnectable === other.reconnectable &&
    one.className === other.className
  );
}
