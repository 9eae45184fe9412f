import { stepName, stepsOf } from "../document";
import type { JsonObject } from "../json";
import { groupOf, groupsOf, notesOf } from "../layout";
import { type Outcome, outcomesOf, reachable } from "../outcomes";

/** A line of the outline: a step, one of its ways, a group, a note, or the heading of steps that nothing leads to. */
export interface Row {
  key: string;
  level: number;
  /** The step that this line stands for. */
  step?: string;
  /** The way that this line stands for, and the step that it leads out of. */
  outcome?: Outcome;
  owner?: string;
  /** The group that this line stands for, with its steps below it. */
  group?: string;
  note?: string;
  canOpen: boolean;
  isOpen: boolean;
}

/** The key of the heading above the steps that can't be reached. */
const UNREACHABLE = "?";

/**
 * The lines that are shown, from the top. `turned`: keys of lines that were opened; groups and headings are open by themselves, and closed
 * where their key is in it. `find`: only steps whose name holds it.
 */
export function outlineOf(document: JsonObject, turned: ReadonlySet<string>, find: string): Row[] {
  const steps = stepsOf(document);
  const near = reachable(document);
  const isNear = new Set(near);
  const far = [...steps.keys()].filter((id) => !isNear.has(id));
  const wanted = find.trim().toLowerCase();
  const holdsWanted = (words: string) => wanted === "" || words.toLowerCase().includes(wanted);
  const isWanted = (id: string) => holdsWanted(`${id} ${stepName(id, steps.get(id))}`);
  const rowsOf = (id: string, level: number): Row[] => {
    const isOpen = turned.has(id);
    const outcomes = outcomesOf(steps.get(id) ?? {});
    const inner = isOpen ? outcomes.map((outcome): Row => ({ key: `${id} ${outcome.id}`, level: level + 1, outcome, owner: id, canOpen: false, isOpen: false })) : [];
    return [{ key: id, level, step: id, canOpen: outcomes.length > 0, isOpen }, ...inner];
  };
  // A group stands where the conversation first comes to it.
  const grouped = new Map(groupsOf(document).flatMap((group) => group.steps.map((step) => [step, group.id] as const)));
  const inOrder = (ids: readonly string[], level: number): Row[] => {
    const seen = new Set<string>();
    return ids.flatMap((id): Row[] => {
      const group = grouped.get(id);
      if (group === undefined) {
        return rowsOf(id, level);
      }
      if (seen.has(group)) {
        return [];
      }
      seen.add(group);
      const key = `group:${group}`;
      const isOpen = !turned.has(key);
      const held = groupOf(document, id)?.steps.filter(isWanted) ?? [];
      return [{ key, level, group, canOpen: true, isOpen }, ...(isOpen ? held.flatMap((step) => rowsOf(step, level + 1)) : [])];
    });
  };
  const lost = far.filter((id) => isWanted(id) && (!grouped.has(id) || !near.some((one) => grouped.get(one) === grouped.get(id))));
  const isLostShown = !turned.has(UNREACHABLE);
  return [
    ...inOrder(near.filter(isWanted), 1),
    ...(lost.length > 0 ? [{ key: UNREACHABLE, level: 1, canOpen: true, isOpen: isLostShown } satisfies Row] : []),
    ...(isLostShown ? inOrder(lost, 2) : []),
    ...notesOf(document)
      .filter(({ text }) => holdsWanted(text))
      .map(({ id }): Row => ({ key: `note:${id}`, level: 1, note: id, canOpen: false, isOpen: false })),
  ];
}
