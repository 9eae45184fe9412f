import { stepName, stepsOf } from "../document";
import type { JsonObject } from "../json";
import { type Outcome, outcomesOf, reachable } from "../outcomes";

/** A line of the outline: a step, one of its ways, or the heading of the steps that nothing leads to. */
export interface Row {
  key: string;
  level: number;
  /** The step that this line stands for. */
  step?: string;
  /** The way that this line stands for, and the step that it leads out of. */
  outcome?: Outcome;
  owner?: string;
  canOpen: boolean;
  isOpen: boolean;
}

/** The key of the heading above the steps that can't be reached. */
const UNREACHABLE = "?";

/** The lines that are shown, from the top. `open`: keys of lines whose inner lines are shown, `find`: only steps whose name holds it. */
export function outlineOf(document: JsonObject, open: ReadonlySet<string>, find: string): Row[] {
  const steps = stepsOf(document);
  const near = reachable(document);
  const isNear = new Set(near);
  const far = [...steps.keys()].filter((id) => !isNear.has(id));
  const wanted = find.trim().toLowerCase();
  const isWanted = (id: string) => wanted === "" || `${id} ${stepName(id, steps.get(id))}`.toLowerCase().includes(wanted);
  const rowsOf = (id: string, level: number): Row[] => {
    const isOpen = open.has(id);
    const outcomes = outcomesOf(steps.get(id) ?? {});
    const inner = isOpen ? outcomes.map((outcome): Row => ({ key: `${id} ${outcome.id}`, level: level + 1, outcome, owner: id, canOpen: false, isOpen: false })) : [];
    return [{ key: id, level, step: id, canOpen: outcomes.length > 0, isOpen }, ...inner];
  };
  const lost = far.filter(isWanted);
  // This heading is open unless somebody closed it, so its key stands for the opposite.
  const isLostShown = !open.has(UNREACHABLE);
  return [
    ...near.filter(isWanted).flatMap((id) => rowsOf(id, 1)),
    ...(lost.length > 0 ? [{ key: UNREACHABLE, level: 1, canOpen: true, isOpen: isLostShown } satisfies Row] : []),
    ...(isLostShown ? lost.flatMap((id) => rowsOf(id, 2)) : []),
  ];
}
