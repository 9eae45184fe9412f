import { type Edge, MarkerType } from "@xyflow/react";
import { useMemo } from "react";

import { useWalk } from "../../preview/useWalk";
import { stepsOf } from "../document";
import { outcomesOf } from "../outcomes";
import { useDocument, useEditor } from "../store";

/** One edge for each way that leads to a step; those that the rehearsed conversation took stand out. */
export function useEdges(): Edge[] {
  const document = useDocument();
  const selected = useEditor((state) => state.selected);
  const { taken } = useWalk();
  return useMemo(() => {
    const steps = stepsOf(document);
    return [...steps].flatMap(([source, step]) =>
      outcomesOf(step).flatMap(({ id, target }): Edge[] => {
        if (target === null || !steps.has(target)) {
          return [];
        }
        const isNear = selected.has(source) || selected.has(target);
        const isTaken = taken.has(`${source} ${target}`);
        return [
          {
            id: `${source} ${id}`,
            source,
            sourceHandle: id,
            target,
            className: `${isNear ? "is-near" : ""}${isTaken ? " is-taken" : ""}`,
            markerEnd: { type: MarkerType.ArrowClosed, width: 16, height: 16 },
          },
        ];
      }),
    );
  }, [document, selected, taken]);
}
