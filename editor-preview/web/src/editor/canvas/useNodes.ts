import { useMemo, useRef } from "react";

import { useTexts } from "../../i18n/texts";
import { usePreview } from "../../preview/store";
import { useWalk } from "../../preview/useWalk";
import { kindOf, type Position, positionsOf, startOf, stepName, stepsOf, triggersOf } from "../document";
import { kindText } from "../kinds";
import { countProblems, problemsByStep } from "../problems/order";
import { useDocument, useEditor } from "../store";
import { cardSize } from "./size";
import type { StepNode } from "./StepCard";

/** One card for each step that has a place. A card that did not change stays the same object, so that it is not drawn again. */
export function useNodes(dragged: ReadonlyMap<string, Position>): StepNode[] {
  const text = useTexts();
  const document = useDocument();
  const arranged = useEditor((state) => state.arranged);
  const selected = useEditor((state) => state.selected);
  const diagnostics = useEditor((state) => state.diagnostics);
  const { current, failed } = useWalk();
  const breakpoints = usePreview((state) => state.breakpoints);
  const before = useRef<ReadonlyMap<string, StepNode>>(new Map());

  return useMemo(() => {
    const placed = positionsOf(document);
    const problems = problemsByStep(diagnostics);
    const start = startOf(document);
    const nodes = [...stepsOf(document)].flatMap(([id, step]): StepNode[] => {
      const position = dragged.get(id) ?? placed.get(id) ?? arranged.get(id);
      if (!position) {
        return [];
      }
      const { errors, warnings } = countProblems(problems.get(id) ?? []);
      const isCurrent = id === current;
      const hasFailed = failed.has(id);
      const isBreakpoint = breakpoints.has(id);
      const isStart = id === start || triggersOf(document, id).length > 0;
      const triggers = triggersOf(document, id).map((on) => text(`trigger.${on}`)).join(", ");
      const kind = kindOf(step);
      const spoken = [
        stepName(id, step),
        text(kindText(kind), { kind }),
        isStart ? text("card.start", { triggers }) : "",
        errors > 0 ? text("problems.errors", { count: errors }) : "",
        warnings > 0 ? text("problems.warnings", { count: warnings }) : "",
        isCurrent ? text("card.current") : "",
        hasFailed ? text("card.failed") : "",
        isBreakpoint ? text("card.breakpoint") : "",
      ];
      const isSelected = selected.has(id);
      const size = cardSize(step, isSelected);
      const node: StepNode = {
        id,
        type: "step",
        position,
        ...size,
        measured: size,
        selected: isSelected,
        data: { step, isStart, triggers, errors, warnings, isCurrent, hasFailed, isBreakpoint },
        ariaLabel: spoken.filter((part) => part !== "").join(", "),
        domAttributes: { "aria-current": isCurrent ? "step" : undefined },
      };
      const known = before.current.get(id);
      return [known && isAlike(known, node) ? known : node];
    });
    before.current = new Map(nodes.map((node) => [node.id, node]));
    return nodes;
  }, [text, document, arranged, selected, diagnostics, current, failed, breakpoints, dragged]);
}

function isAlike(one: StepNode, other: StepNode): boolean {
  return (
    one.data.step === other.data.step &&
    one.selected === other.selected &&
    one.ariaLabel === other.ariaLabel &&
    one.position.x === other.position.x &&
    one.position.y === other.position.y
  );
}
