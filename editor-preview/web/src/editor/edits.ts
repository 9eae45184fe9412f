/** Changes of a bot's document. Each gives a new document that shares with the old one all that it does not change. */
import { type Position, positionsOf, startOf, stepsOf } from "./document";
import { getAt, isObject, type Json, type JsonObject, type Path, removeAt, setAt } from "./json";
import { withoutMembers } from "./layout";
import { documentLinks, type Outcome, outcomesOf, withLink, withoutLink } from "./outcomes";

/** A change of the document. */
export type Edit = (document: JsonObject) => JsonObject;

/** Several changes as one. */
export function together(...edits: readonly Edit[]): Edit {
  return (document) => edits.reduce((changed, edit) => edit(changed), document);
}

/** Puts a value into a step. */
export function setInStep(step: string, path: Path, value: Json): Edit {
  return (document) => setAt(document, ["steps", step, ...path], value);
}

/** Gives the bot its name. */
export function renameBot(name: string): Edit {
  return (document) => setAt(document, ["name"], name);
}

/** Puts steps somewhere on the canvas. */
export function moveSteps(positions: ReadonlyMap<string, Position>): Edit {
  return (document) => {
    const placed = getAt(document, ["layout", "steps"]);
    const moved = isObject(placed) ? { ...placed } : {};
    for (const [id, { x, y }] of positions) {
      const before = moved[id];
      moved[id] = { ...(isObject(before) ? before : {}), x: Math.round(x), y: Math.round(y) };
    }
    return setAt(document, ["layout", "steps"], moved);
  };
}

/** Puts steps somewhere. Once somebody did, the others stay where they were shown, too: `arranged` are the places that were computed. */
export function placeSteps(moved: ReadonlyMap<string, Position>, arranged: ReadonlyMap<string, Position>): Edit {
  return (document) => {
    const placed = positionsOf(document);
    const others = [...arranged].filter(([id]) => !placed.has(id) && stepsOf(document).has(id));
    return moveSteps(new Map([...others, ...moved]))(document);
  };
}

/** Lets a way of a step lead to another one. */
export function connect(step: string, outcome: Outcome, target: string): Edit {
  return changeStep(step, (before) => withLink(before, outcome, target));
}

/** Lets a way of a step lead nowhere. */
export function disconnect(step: string, outcome: Outcome): Edit {
  return changeStep(step, (before) => withoutLink(before, outcome));
}

/** Takes steps out, with the links that led to them, their translations and their places. */
export function deleteSteps(ids: ReadonlySet<string>): Edit {
  return (document) => {
    const kept = [...stepsOf(document)].filter(([id]) => !ids.has(id));
    const ungrouped = withoutMembers(ids)(document);
    let changed = [...ids].reduce((rest, id) => removeAt(removeAt(rest, ["steps", id]), ["layout", "steps", id]), ungrouped);
    for (const [id, step] of kept) {
      const lost = outcomesOf(step).filter(({ target }) => target !== null && ids.has(target));
      if (lost.length > 0) {
        changed = setAt(changed, ["steps", id], lost.reduce(withoutLink, step));
      }
    }
    for (const { path, target } of documentLinks(document)) {
      if (ids.has(target)) {
        const isObjectOfLink = path.at(-1) === "goto";
        changed = removeAt(changed, isObjectOfLink ? path.slice(0, -1) : path);
      }
    }
    return withoutTranslations(changed, ids);
  };
}

/** Gives a step another id, wherever it is named: in links, in translations and on the canvas. */
export function changeId(from: string, to: string): Edit {
  return (document) => {
    if (from === to || !stepsOf(document).has(from) || stepsOf(document).has(to)) {
      return document;
    }
    let changed = document;
    for (const [id, step] of stepsOf(document)) {
      const links = outcomesOf(step).filter(({ target }) => target === from);
      changed = links.length > 0 ? setAt(changed, ["steps", id], links.reduce((rest, { path }) => setAt(rest, path, to), step)) : changed;
    }
    for (const { path, target } of [{ path: ["start"], target: startOf(document) }, ...documentLinks(document)]) {
      changed = target === from ? setAt(changed, path, to) : changed;
    }
    const texts = isObject(changed.translations) ? Object.keys(changed.translations) : [];
    const ofStep = (key: string) => (key === from || key.startsWith(`${from}.`) ? `${to}${key.slice(from.length)}` : key);
    const places: Path[] = [["steps"], ["layout", "steps"], ...texts.map((language): Path => ["translations", language])];
    for (const path of places) {
      const object = getAt(changed, path);
      changed = isObject(object) ? setAt(changed, path, withKeys(object, path[0] === "translations" ? ofStep : (key) => (key === from ? to : key))) : changed;
    }
    return inGroups(changed, from, to);
  };
}

/** Adds a step; where a way is given it leads there, and in a bot without a first step it is the first. */
export function addStep(id: string, step: JsonObject, from?: { step: string; outcome: Outcome }): Edit {
  return (document) => {
    const hasStart = stepsOf(document).has(startOf(document));
    const added = setAt(document, ["steps", id], step);
    const begun = hasStart ? added : setAt(added, ["start"], id);
    return from ? connect(from.step, from.outcome, id)(begun) : begun;
  };
}

/** Puts a step between a way and the step that it led to; `on` is the way of the step that goes on from there. */
export function insertBetween(way: { step: string; outcome: Outcome }, id: string, on: Outcome | undefined): Edit {
  const { target } = way.outcome;
  const goesOn = on && target !== null && target !== id ? [connect(id, on, target)] : [];
  return together(connect(way.step, way.outcome, id), ...goesOn);
}

/** Lets steps be skipped, or not any more. */
export function setDisabled(ids: ReadonlySet<string>, disabled: boolean): Edit {
  return together(...[...ids].map((id) => changeStep(id, (step) => (disabled ? { ...step, disabled: true } : removeAt(step, ["disabled"])))));
}

/** An id that no step has yet, made from a kind: `message`, `message_2`, … */
export function freshId(document: JsonObject, kind: string): string {
  const steps = stepsOf(document);
  let id = kind;
  for (let number = 2; steps.has(id); number += 1) {
    id = `${kind}_${number}`;
  }
  return id;
}

function changeStep(id: string, change: (step: JsonObject) => JsonObject): Edit {
  return (document) => {
    const step = stepsOf(document).get(id);
    return step ? setAt(document, ["steps", id], change(step)) : document;
  };
}

/** The object with other keys, in the same order; the same one where all stay. */
export function withKeys(object: JsonObject, change: (key: string) => string): JsonObject {
  const isChanged = Object.keys(object).some((key) => change(key) !== key);
  return isChanged ? Object.fromEntries(Object.entries(object).map(([key, value]) => [change(key), value])) : object;
}

/** Groups of the canvas list their steps. */
function inGroups(document: JsonObject, from: string, to: string): JsonObject {
  const groups = getAt(document, ["layout", "groups"]);
  if (!Array.isArray(groups)) {
    return document;
  }
  const renamed = groups.map((group) => (isObject(group) && Array.isArray(group.steps) && group.steps.includes(from) ? { ...group, steps: group.steps.map((id) => (id === from ? to : id)) } : group));
  return renamed.every((group, index) => group === groups[index]) ? document : setAt(document, ["layout", "groups"], renamed);
}

/** Translations are kept by `step.key`. */
function withoutTranslations(document: JsonObject, ids: ReadonlySet<string>): JsonObject {
  const { translations } = document;
  if (!isObject(translations)) {
    return document;
  }
  const kept = Object.entries(translations).map(([language, texts]): [string, Json] => {
    const isOfAnother = ([key]: [string, Json]) => !ids.has(key.split(".")[0] ?? "");
    return [language, isObject(texts) ? Object.fromEntries(Object.entries(texts).filter(isOfAnother)) : texts];
  });
  return { ...document, translations: Object.fromEntries(kept) };
}
