import { type Position, stepsOf } from "../document";
import { placeSteps } from "../edits";
import type { JsonObject } from "../json";
import { exitsOf, groupsOf } from "../layout";
import { outcomesOf } from "../outcomes";
import { placesOf } from "../selection";
import type { EditorState } from "../store";
import type { Plan } from "./arrange";
import { arrangeGroups } from "./arrangeGroups";
import { inColumns } from "./columns";
import { cardSize, collapsedSize } from "./size";

/** How long somebody waits for a good layout; after that a plain one will do. */
const PATIENCE_MS = 3_000;

/** Places all steps. The good layout is made away from the page's own thread; of a very long or tangled bot it can be too much. */
export function arrangeSteps(document: JsonObject, only?: ReadonlySet<string>): Promise<ReadonlyMap<string, Position>> {
  const plan = planOf(document, only);
  const worker = new Worker(new URL("./arrange.worker.ts", import.meta.url), { type: "module" });
  return new Promise<ReadonlyMap<string, Position>>((resolve) => {
    const settle = () => resolve(arrangeGroups(plan, inColumns));
    setTimeout(settle, PATIENCE_MS);
    worker.addEventListener("error", settle);
    worker.addEventListener("message", ({ data }: MessageEvent<ReadonlyMap<string, Position>>) => resolve(data));
    worker.postMessage(plan);
  }).finally(() => worker.terminate());
}

/** Lays out several selected steps among themselves, where they are; else all of them. It is one change. */
export async function tidy(editor: EditorState): Promise<void> {
  const { history, selected } = editor;
  const isPart = selected.size > 1 && selected.size < stepsOf(history.document).size;
  const arranged = await arrangeSteps(history.document, isPart ? selected : undefined);
  if (!isPart) {
    editor.edit(placeSteps(arranged, editor.arranged));
    return;
  }
  const before = corner([...placesOf(editor)].filter(([id]) => selected.has(id)).map(([, place]) => place));
  const after = corner([...arranged.values()]);
  const moved = [...arranged].map(([id, { x, y }]): [string, Position] => [id, { x: x - after.x + before.x, y: y - after.y + before.y }]);
  editor.edit(placeSteps(new Map(moved), editor.arranged));
}

/** What is laid out: every step as large as it is at most, and every way that leads to one; of the steps in `only` alone where it is given. */
export function planOf(document: JsonObject, only?: ReadonlySet<string>): Plan {
  const steps = stepsOf(document);
  const isIn = (id: string) => steps.has(id) && (!only || only.has(id));
  const planned = [...steps].filter(([id]) => isIn(id));
  const groups = groupsOf(document).map((group) => ({
    id: group.id,
    collapsed: group.collapsed ? collapsedSize(exitsOf(document, group).length) : null,
    cards: group.steps.filter(isIn),
  }));
  return {
    cards: planned.map(([id, step]) => ({ id, ...cardSize(step, true) })),
    edges: planned.flatMap(([from, step]) =>
      outcomesOf(step).flatMap(({ target }) => (target !== null && isIn(target) && target !== from ? [{ from, to: target }] : [])),
    ),
    // Steps of one group alone are laid out as if there were none.
    groups: groups.filter(({ cards }) => cards.length > 0 && cards.length < planned.length),
  };
}

function corner(places: readonly Position[]): Position {
  return { x: Math.min(...places.map(({ x }) => x)), y: Math.min(...places.map(({ y }) => y)) };
}
