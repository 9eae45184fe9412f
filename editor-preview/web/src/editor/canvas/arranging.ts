import { type Position, stepsOf } from "../document";
import type { JsonObject } from "../json";
import { outcomesOf } from "../outcomes";
import type { Plan } from "./arrange";
import { cardSize } from "./size";

/** Places all steps, away from the page's own thread: a large bot takes a second. */
export function arrangeSteps(document: JsonObject): Promise<ReadonlyMap<string, Position>> {
  const worker = new Worker(new URL("./arrange.worker.ts", import.meta.url), { type: "module" });
  return new Promise<ReadonlyMap<string, Position>>((resolve, reject) => {
    worker.addEventListener("message", ({ data }: MessageEvent<ReadonlyMap<string, Position>>) => resolve(data));
    worker.addEventListener("error", reject);
    worker.postMessage(planOf(document));
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
