/**
 * What differs between two documents of a bot: which steps came, went or changed, which keys of the bot itself, and how many cards only
 * stand elsewhere on the canvas.
 */
import { positionsOf, stepsOf } from "../editor/document";
import { isObject, isSame, type Json, type JsonObject, type Path } from "../editor/json";
import { align } from "./align";

/** A key with another value; undefined: it was not there, or is not any more. */
export interface Change {
  path: Path;
  before: Json | undefined;
  after: Json | undefined;
}

/** A step that came, went, or changed. */
export interface StepChange {
  id: string;
  before: JsonObject | undefined;
  after: JsonObject | undefined;
  /** The keys that differ, of a step that is in both. */
  changes: readonly Change[];
}

export interface DocumentDiff {
  steps: readonly StepChange[];
  /** Keys of the bot itself: its name, triggers, variables, defaults, … */
  bot: readonly Change[];
  /** How many steps of both stand elsewhere. */
  moved: number;
}

/** Keys of the document that are not compared as values: steps one by one, places as a number. */
const APART: ReadonlySet<string> = new Set(["steps", "layout"]);

export function diffDocuments(before: JsonObject, after: JsonObject): DocumentDiff {
  const [old, now] = [stepsOf(before), stepsOf(after)];
  const ids = [...now.keys(), ...[...old.keys()].filter((id) => !now.has(id))];
  const steps = ids.flatMap((id): StepChange[] => {
    const [was, is] = [old.get(id), now.get(id)];
    return isSame(was, is) ? [] : [{ id, before: was, after: is, changes: was && is ? changesOf(was, is, []) : [] }];
  });
  return { steps, bot: changesOf(withoutApart(before), withoutApart(after), []), moved: countMoved(before, after) };
}

/** Whether nothing differs that customers could notice. */
export function isUnchanged({ steps, bot }: DocumentDiff): boolean {
  return steps.length === 0 && bot.length === 0;
}

function withoutApart(document: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(document).filter(([key]) => !APART.has(key)));
}

function changesOf(before: Json | undefined, after: Json | undefined, path: Path): Change[] {
  if (isSame(before, after)) {
    return [];
  }
  if (isObject(before) && isObject(after)) {
    const keys = [...Object.keys(after), ...Object.keys(before).filter((key) => !Object.hasOwn(after, key))];
    return keys.flatMap((key) => changesOf(own(before, key), own(after, key), [...path, key]));
  }
  if (Array.isArray(before) && Array.isArray(after)) {
    return changesOfList(before, after, path);
  }
  return [{ path, before, after }];
}

/** Entries that are alike stay; between them, one that went and one that came at the same place are the same entry, changed. */
function changesOfList(before: readonly Json[], after: readonly Json[], path: Path): Change[] {
  const changes: Change[] = [];
  let [removed, added]: [Json[], Json[]] = [[], []];
  let [left, right] = [0, 0];
  const settle = () => {
    for (let index = 0; index < Math.max(removed.length, added.length); index += 1) {
      const place = index < added.length ? right - added.length + index : left - removed.length + index;
      changes.push(...changesOf(removed[index], added[index], [...path, place]));
    }
    [removed, added] = [[], []];
  };
  for (const place of align(before, after, isSame)) {
    const isBoth = "before" in place && "after" in place;
    if (isBoth) {
      settle();
    }
    if ("before" in place) {
      left += 1;
    }
    if ("after" in place) {
      right += 1;
    }
    if (!isBoth) {
      ("before" in place ? removed : added).push("before" in place ? place.before : place.after);
    }
  }
  settle();
  return changes;
}

function countMoved(before: JsonObject, after: JsonObject): number {
  const [old, now] = [positionsOf(before), positionsOf(after)];
  const shared = [...stepsOf(after).keys()].filter((id) => stepsOf(before).has(id));
  return shared.filter((id) => {
    const [was, is] = [old.get(id), now.get(id)];
    return was?.x !== is?.x || was?.y !== is?.y;
  }).length;
}

function own(value: JsonObject, key: string): Json | undefined {
  return Object.hasOwn(value, key) ? value[key] : undefined;
}
