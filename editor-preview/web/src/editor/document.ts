/**
 * Reading a bot's document. The document is the JSON itself, whatever it holds: a draft may lack anything, so each reader has an answer
 * for what is not there, and nobody turns the document into a form of their own.
 */
import { getAt, isObject, type Json, type JsonObject } from "./json";

/** A place on the canvas. */
export interface Position {
  x: number;
  y: number;
}

/** The steps by id, in the order of the document. */
export function stepsOf(document: JsonObject): ReadonlyMap<string, JsonObject> {
  const known = stepsOfDocument.get(document);
  if (known) {
    return known;
  }
  const { steps } = document;
  const entries = isObject(steps) ? Object.entries(steps).filter((entry): entry is [string, JsonObject] => isObject(entry[1])) : [];
  const read = new Map(entries);
  stepsOfDocument.set(document, read);
  return read;
}

/** Documents are never changed in place, so what was read of one, or of a part of it, stays true. */
const stepsOfDocument = new WeakMap<JsonObject, ReadonlyMap<string, JsonObject>>();

/** Where steps were put on the canvas. */
export function positionsOf(document: JsonObject): ReadonlyMap<string, Position> {
  const placed = getAt(document, ["layout", "steps"]);
  if (!isObject(placed)) {
    return new Map();
  }
  const known = positionsOfLayout.get(placed);
  if (known) {
    return known;
  }
  const found = new Map<string, Position>();
  for (const [id, place] of Object.entries(placed)) {
    if (isObject(place) && typeof place.x === "number" && typeof place.y === "number") {
      found.set(id, { x: place.x, y: place.y });
    }
  }
  positionsOfLayout.set(placed, found);
  return found;
}

const positionsOfLayout = new WeakMap<JsonObject, ReadonlyMap<string, Position>>();

/** What people call the bot; empty where it has no name. */
export function botName(document: JsonObject): string {
  return textOf(document.name);
}

/** The id of the first step. */
export function startOf(document: JsonObject): string {
  return textOf(document.start);
}

/** What kind of step it is. */
export function kindOf(step: JsonObject): string {
  return textOf(step.type);
}

/** A step's title on the canvas, else its id in readable form. */
export function stepName(id: string, step: JsonObject | undefined): string {
  const label = textOf(step?.label).trim();
  return label || id.charAt(0).toUpperCase() + id.slice(1).replaceAll("_", " ");
}

/** The words that start a bot at a step: its triggers' kinds. */
export function triggersOf(document: JsonObject, id: string): string[] {
  const triggers = Array.isArray(document.triggers) ? document.triggers.filter(isObject) : [];
  const start = startOf(document);
  return triggers.filter((trigger) => (textOf(trigger.start) || start) === id).map((trigger) => textOf(trigger.on));
}

/** One line that says what a step holds. */
export function summaryOf(step: JsonObject): string {
  const written = ["text", "instructions", "name", "code", "url", "stage", "bot", "what", "outcome"].map((key) => textOf(step[key]));
  const first = written.find((text) => text !== "");
  if (first !== undefined) {
    return first;
  }
  if (isObject(step.fields)) {
    return Object.keys(step.fields).join(", ");
  }
  const conditions = Array.isArray(step.branches) ? step.branches.filter(isObject).map((branch) => textOf(branch.when)) : [];
  return conditions.join(" · ");
}

/** A text, or nothing where the value is none. */
export function textOf(value: Json | undefined): string {
  return typeof value === "string" ? value : "";
}

/** The zone of the bot's clock: UTC unless it names another one that there is. */
export function zoneOf(document: JsonObject): string {
  const zone = textOf(document.timezone);
  try {
    new Intl.DateTimeFormat("en", { timeZone: zone });
    return zone;
  } catch {
    return "UTC";
  }
}
