import { type Edge, MarkerType } from "@xyflow/react";
import { useMemo } from "react";

import { usePreview } from "../../preview/store";
import { stepsOf } from "../document";
import { outcomesOf } from "../outcomes";
import { useDocument, useEditor } from "../store";

/** One edge for each way that leads to a step; those that the rehearsed conversation took stand out. */
export function useEdges(): Edge[] {
  const document = useDocument();
  const selected = useEditor((state) => state.selected);
  const answer = usePreview((state) => state.answer);
  const taken = useMemo(() => {
    const visits = answer?.turns.flatMap(({ trace }) => trace.filter(({ what }) => what === "step").map(({ step }) => String(step))) ?? [];
    return new Set(visits.slice(1).map((step, index) => `${visits[index]} ${step}`));
  }, [answer]);
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
