/**
 * The texts of a bot that customers read, by the key that translations have for them: `welcome.buttons.buy.title`. Which keys of a step are
 * texts says the bot's schema; the checker has the last word, for a translation that it has no use for is one of its problems.
 */
import { kindOf, stepsOf, textOf } from "../document";
import { getAt, isObject, type Json, type JsonObject, type Path } from "../json";
import { KINDS } from "../kinds";

/** One text to translate. */
export interface SourceText {
  /** Its key in translations. */
  key: string;
  /** Another key that means the same: a row also without its section. */
  shortKey?: string;
  step: string;
  /** Where it stands in its step. */
  path: Path;
  /** A text, or a list of synonyms. */
  value: string | readonly string[];
  /** Without it customers read another language; an address or a synonym can do without. */
  counts: boolean;
}

/** Keys whose texts are the same in every language, as a rule. */
const NO_WORDS: ReadonlySet<string> = new Set(["id", "link", "url", "url_suffix", "code", "product", "products", "catalog", "emoji", "synonyms"]);
/** Keys whose texts no customer reads. */
const NEVER_READ: ReadonlySet<string> = new Set(["value", "min", "max", "latitude", "longitude"]);

/** All texts of a bot, in the order of its steps. */
export function sourceTexts(document: JsonObject, schema: JsonObject): readonly SourceText[] {
  const definitions = isObject(schema.$defs) ? schema.$defs : {};
  return [...stepsOf(document)].flatMap(([id, step]) => {
    const kind = kindOf(step);
    const shape = shapeOf(definitions, kind);
    return shape && speaks(kind) ? textsOfStep(id, step, shape, definitions).filter(({ path }) => isRead(kind, path)) : [];
  });
}

/** The names that translations have for what stands at a path of a step: its own, and the short one of a list's row. */
export function keysOf(step: string, object: JsonObject, path: Path): [string, string?] {
  const inside = path.map((key, index) => (typeof key === "number" ? nameOf(getAt(object, path.slice(0, index + 1)) ?? null, key) : key)).join(".");
  const short = shortKey(inside);
  return short ? [`${step}.${inside}`, `${step}.${short}`] : [`${step}.${inside}`];
}

/** Whether a kind of step says something to customers: the others send to colleagues and other systems, or nobody. */
function speaks(kind: string): boolean {
  const group = KINDS[kind]?.group;
  return kind === "handoff" || (kind !== "internal_message" && (group === "send" || group === "ask"));
}

function isRead(kind: string, path: Path): boolean {
  if (kind === "handoff") {
    return path.length === 1 && path[0] === "text";
  }
  return path[0] === "data" || !NEVER_READ.has(lastName(path));
}

function lastName(path: Path): string {
  return String(path.findLast((key) => typeof key === "string") ?? "");
}

function shapeOf(definitions: JsonObject, kind: string): JsonObject | undefined {
  const step = definitions.Step;
  const kinds = isObject(step) && Array.isArray(step.oneOf) ? step.oneOf.filter(isObject) : [];
  return kinds.find(({ properties }) => isObject(properties) && isObject(properties.type) && properties.type.const === kind);
}

function textsOfStep(step: string, object: JsonObject, shape: JsonObject, definitions: JsonObject): SourceText[] {
  const found = new Map<string, SourceText>();
  const visit = (node: Json | undefined, value: Json, path: Path, names: readonly string[]): void => {
    if (!isObject(node)) {
      return;
    }
    const reference = textOf(node.$ref).split("/").at(-1);
    if (reference) {
      visit(definitions[reference], value, path, names);
    }
    for (const alternatives of [node.anyOf, node.oneOf]) {
      (Array.isArray(alternatives) ? alternatives : []).forEach((one) => visit(one, value, path, names));
    }
    const kind = textOf(node["x-kind"]);
    if (typeof value === "string" && (kind === "text" || kind === "data")) {
      keep(value, path, names);
    } else if (Array.isArray(value)) {
      const items = kind === "data" ? node : node.items;
      if (path.at(-1) === "synonyms") {
        keep(value.filter((one) => typeof one === "string"), path, names);
      } else {
        value.forEach((one, index) => visit(items, one, [...path, index], [...names, nameOf(one, index)]));
      }
    } else if (isObject(value)) {
      const { properties } = node;
      for (const [key, inner] of Object.entries(value)) {
        const own = isObject(properties) ? properties[key] : undefined;
        visit(kind === "data" ? node : (own ?? node.additionalProperties), inner, [...path, key], [...names, key]);
      }
    }
  };
  const keep = (value: string | readonly string[], path: Path, names: readonly string[]): void => {
    const inside = names.join(".");
    const short = shortKey(inside);
    const said = typeof value === "string" ? value.replaceAll(/\{\{.*?\}\}/gs, "") : "";
    const counts = /\p{L}/u.test(said) && !NO_WORDS.has(lastName(path));
    if (value.length > 0 && !found.has(inside)) {
      found.set(inside, { key: `${step}.${inside}`, ...(short ? { shortKey: `${step}.${short}` } : {}), step, path, value, counts });
    }
  };
  visit(shape, object, [], []);
  return [...found.values()];
}

/** An entry of a list goes by its id, else by its place. */
function nameOf(entry: Json, index: number): string {
  return (isObject(entry) && textOf(entry.id)) || String(index);
}

/** A list's row that has an id goes also without its section. */
function shortKey(inside: string): string | undefined {
  return /^sections\.[^.]+\.(rows\.[a-z].*)$/.exec(inside)?.[1];
}
