import { type Position, stepsOf } from "../document";
import type { JsonObject } from "../json";
import { outcomesOf } from "../outcomes";
import type { Plan } from "./arrange";
import { inColumns } from "./columns";
import { cardSize } from "./size";

/** How long somebody waits for a good layout; after that a plain one will do. */
const PATIENCE_MS = 3_000;

/** Places all steps. The good layout is made away from the page's own thread; of a very long or tangled bot it can be too much. */
export function arrangeSteps(document: JsonObject): Promise<ReadonlyMap<string, Position>> {
  const plan = planOf(document);
  const worker = new Worker(new URL("./arrange.worker.ts", import.meta.url), { type: "module" });
  return new Promise<ReadonlyMap<string, Position>>((resolve) => {
    const settle = () => resolve(inColumns(plan));
    setTimeout(settle, PATIENCE_MS);
    worker.addEventListener("error", settle);
    worker.addEventListener("message", ({ data }: MessageEvent<ReadonlyMap<string, Position>>) => resolve(data));
    worker.postMessage(plan);
  }).finally(() => worker.terminate());
}

/** What is laid out: every step, and every way that leads to one. */
export function planOf(document: JsonObject): Plan {
  const steps = stepsOf(document);
  return {
    cards: [...steps].map(([id, step]) => ({ id, ...cardSize(step, false) })),
    edges: [...steps].flatMap(([from, step]) =>
      outcomesOf(step).flatMap(({ target }) => (target !== null && steps.has(target) && target !== from ? [{ from, to: target }] : [])),
    ),
  };
}
