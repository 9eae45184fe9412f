/**
 * The bot's JSON Schema as forms need it: what each key may hold. A key that the language gets has its field here without a change, for
 * nothing in this file knows a step by name.
 */
import type { Phrases } from "../../i18n/phrases";
import { textOf } from "../document";
import { isObject, type Json, type JsonObject } from "../json";

/** What a value may be. */
export type Shape = Described &
  (
    | { type: "string"; kind: string }
    | { type: "number"; isWhole: boolean; least?: number; most?: number }
    | { type: "boolean"; hasDefault: boolean }
    | { type: "words"; words: readonly Word[] }
    | ObjectOnly
    | { type: "list"; of: Shape; least?: number; most?: number }
    | { type: "map"; of: Shape; kind: string }
    | { type: "either"; cases: readonly Shape[] }
    | { type: "data"; holdsTexts: boolean; isMap: boolean }
  );

interface Described {
  /** The name of its definition in the schema; empty where it has none. */
  name: string;
  /** What it is for. */
  help: string;
  /** Characters that WhatsApp takes. */
  limit?: number;
}

interface ObjectOnly {
  type: "object";
  keys: readonly Key[];
}

/** An object with keys of its own. */
export type ObjectShape = Described & ObjectOnly;

/** One key of an object. */
export interface Key {
  name: string;
  shape: Shape;
  isRequired: boolean;
}

/** One of the words that a value may be. */
export interface Word {
  value: string;
  help: string;
}

/** The forms of a bot, of each kind of step and of each kind of trigger. */
export interface BotSchema {
  bot: ObjectShape;
  steps: ReadonlyMap<string, ObjectShape>;
  triggers: ReadonlyMap<string, ObjectShape>;
}

/** What a part of the schema is read with. */
interface Whole {
  definitions: JsonObject;
  phrases: Phrases;
}

/** Reads the schema as the server gives it; what it says of keys is said in the studio's language. */
export function readSchema(schema: JsonObject, phrases: Phrases): BotSchema {
  const whole: Whole = { definitions: isObject(schema.$defs) ? schema.$defs : {}, phrases };
  return {
    bot: asObject(readShape(schema, whole)),
    steps: variants("Step", "type", whole),
    triggers: variants("Trigger", "on", whole),
  };
}

/** The first sentence of a description, for places with little room. */
export function firstSentence(help: string): string {
  return /^.*?[.!?](?=\s|$)/s.exec(help)?.[0] ?? help;
}

/** The objects of a definition that are told apart by the word in one key. */
function variants(name: string, tag: string, whole: Whole): ReadonlyMap<string, ObjectShape> {
  const definition = whole.definitions[name];
  const nodes = isObject(definition) && Array.isArray(definition.oneOf) ? definition.oneOf.filter(isObject) : [];
  return new Map(
    nodes.map((node) => {
      const shape = asObject(readShape(node, whole));
      const tagged = shape.keys.find((key) => key.name === tag)?.shape;
      const word = tagged?.type === "words" ? (tagged.words[0]?.value ?? "") : "";
      return [word, { ...shape, keys: shape.keys.filter((key) => key.name !== tag) }];
    }),
  );
}

function asObject(shape: Shape): ObjectShape {
  return shape.type === "object" ? shape : { name: shape.name, help: shape.help, type: "object", keys: [] };
}

function readShape(node: Json | undefined, whole: Whole): Shape {
  if (!isObject(node)) {
    return { name: "", help: "", type: "data", holdsTexts: false, isMap: false };
  }
  const reference = textOf(node.$ref).split("/").at(-1) ?? "";
  if (reference !== "") {
    const shape = readShape(whole.definitions[reference], whole);
    return { ...shape, ...described(node, whole, shape), name: shape.name || reference };
  }
  const alternatives = [node.anyOf, node.oneOf].find(Array.isArray);
  if (alternatives) {
    return readAlternatives(node, alternatives, whole);
  }
  return { ...described(node, whole), ...readPlain(node, whole) };
}

/** The first paragraph of a description; what follows it is for the reference. */
function helpOf(node: JsonObject, { phrases }: Whole): string {
  return phrases((textOf(node.description).split("\n\n", 1)[0] ?? "").replaceAll("\n", " "));
}

/** What is said beside a reference says it for this place. */
function described(node: JsonObject, whole: Whole, fallback: Described = { name: "", help: "" }): Described {
  const limit = typeof node["x-limit"] === "number" ? node["x-limit"] : fallback.limit;
  return { name: fallback.name, help: helpOf(node, whole) || fallback.help, ...(limit === undefined ? {} : { limit }) };
}

/** Alternatives of alternatives are alternatives; words that stand apart in the schema are one choice of words. */
function readAlternatives(node: JsonObject, nodes: readonly Json[], whole: Whole): Shape {
  const shapes = nodes.filter((one) => !(isObject(one) && one.type === "null")).map((one) => readShape(one, whole));
  const [only] = shapes;
  if (only && shapes.length === 1) {
    return { ...only, ...described(node, whole, only) };
  }
  const cases = shapes.flatMap((shape) => (shape.type === "either" ? shape.cases : [shape]));
  const words = cases.flatMap((shape) => (shape.type === "words" ? shape.words : []));
  const others = cases.filter((shape) => shape.type !== "words");
  if (others.length === 0) {
    return { ...described(node, whole), type: "words", words };
  }
  const choice: Shape[] = words.length > 0 ? [{ name: "", help: "", type: "words", words }] : [];
  return { ...described(node, whole), type: "either", cases: [...choice, ...others] };
}

type Bare<T> = T extends unknown ? Omit<T, keyof Described> : never;

function readPlain(node: JsonObject, whole: Whole): Bare<Shape> {
  const kind = textOf(node["x-kind"]);
  const words = Array.isArray(node.enum) ? node.enum : node.const === undefined ? [] : [node.const];
  if (words.length > 0) {
    // What is said of a word that stands alone is said of the word; of several, of the choice.
    const help = node.const === undefined ? "" : helpOf(node, whole);
    return { type: "words", words: words.map((word) => ({ value: textOf(word), help })) };
  }
  const types = [node.type].flat();
  switch (types.find((type) => type !== "null")) {
    case "string":
      return { type: "string", kind };
    case "integer":
    case "number":
      return { type: "number", isWhole: types.includes("integer"), ...bounds(node, "minimum", "maximum") };
    case "boolean":
      return { type: "boolean", hasDefault: types.includes("null") };
    case "array":
      return { type: "list", of: readShape(node.items, whole), ...bounds(node, "minItems", "maxItems") };
    case "object":
      return readObject(node, kind, whole);
    default:
      return { type: "data", holdsTexts: kind === "data", isMap: false };
  }
}

function bounds(node: JsonObject, least: string, most: string): { least?: number; most?: number } {
  const [low, high] = [node[least], node[most]];
  return { ...(typeof low === "number" ? { least: low } : {}), ...(typeof high === "number" ? { most: high } : {}) };
}

function readObject(node: JsonObject, kind: string, whole: Whole): Bare<Shape> {
  const { properties, additionalProperties, required, propertyNames } = node;
  if (isObject(properties)) {
    const needed = Array.isArray(required) ? required : [];
    return {
      type: "object",
      keys: Object.entries(properties).map(([name, value]) => ({ name, shape: readShape(value, whole), isRequired: needed.includes(name) })),
    };
  }
  if (isObject(additionalProperties)) {
    return { type: "map", of: readShape(additionalProperties, whole), kind: kind || kindOfNames(propertyNames) };
  }
  return { type: "data", holdsTexts: false, isMap: true };
}

/** Keys of a map are paths such as `contact.email`, or names. */
function kindOfNames(names: Json | undefined): string {
  if (!isObject(names)) {
    return "";
  }
  return textOf(names["x-kind"]) || (textOf(names.pattern).includes("vars|") ? "path" : "name");
}
