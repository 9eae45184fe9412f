/** Values and their shapes: which alternative a value is, and what a new value holds. */
import { isObject, type Json, type JsonObject } from "../json";
import type { Shape } from "./schema";

/** One entry of the choice between alternatives: a word, or a shape. */
export interface Case {
  id: string;
  help: string;
  /** The word, where it is one. */
  word?: string;
  shape: Shape;
}

/** The alternatives of a value, each word one of its own. */
export function casesOf(shapes: readonly Shape[]): readonly Case[] {
  return shapes.flatMap((shape): Case[] =>
    shape.type === "words" ? shape.words.map(({ value, help }) => ({ id: value, help, word: value, shape })) : [{ id: caseId(shape), help: shape.help, shape }],
  );
}

/** Which alternative a value is; none where it is none of them. */
export function caseOf(cases: readonly Case[], value: Json | undefined): Case | undefined {
  return (
    cases.find(({ word }) => word !== undefined && word === value) ??
    cases.filter(({ word, shape }) => word === undefined && fits(shape, value)).toSorted((one, other) => known(other.shape, value) - known(one.shape, value))[0]
  );
}

/** What a new value of a shape holds: what it must have, and nothing else. */
export function blankOf(shape: Shape): Json {
  switch (shape.type) {
    case "number":
      return shape.least ?? 0;
    case "boolean":
      return true;
    case "words":
      return shape.words[0]?.value ?? "";
    case "object":
      return Object.fromEntries(shape.keys.filter((key) => key.isRequired).map((key) => [key.name, blankOf(key.shape)]));
    case "list":
      return Array.from({ length: shape.least ?? 0 }, () => blankOf(shape.of));
    case "map":
      return {};
    case "either":
      return shape.cases[0] ? blankOf(shape.cases[0]) : "";
    case "data":
      return shape.isMap ? {} : "";
    case "string":
      return "";
  }
}

/** The object with a key of it renamed; its place stays. */
export function renameKey(object: JsonObject, from: string, to: string): JsonObject {
  return Object.fromEntries(Object.entries(object).map(([key, value]) => [key === from ? to : key, value]));
}

function caseId(shape: Shape): string {
  switch (shape.type) {
    case "object": {
      const [only, ...others] = shape.keys.filter((key) => key.isRequired);
      return only && others.length === 0 && shape.keys.length === 1 ? only.name : shape.name.toLowerCase();
    }
    case "string":
      return shape.kind || "text";
    default:
      return shape.type;
  }
}

function fits(shape: Shape, value: Json | undefined): boolean {
  switch (shape.type) {
    case "string":
      return typeof value === "string";
    case "number":
      return typeof value === "number";
    case "boolean":
      return typeof value === "boolean";
    case "object":
      return isObject(value) && shape.keys.every((key) => !key.isRequired || Object.hasOwn(value, key.name));
    case "map":
      return isObject(value);
    case "list":
      return Array.isArray(value);
    case "words":
      return false;
    case "either":
      return shape.cases.some((one) => fits(one, value));
    case "data":
      return value !== undefined;
  }
}

/** How many keys of a value an object knows; maps know none by name. */
function known(shape: Shape, value: Json | undefined): number {
  return shape.type === "object" && isObject(value) ? shape.keys.filter((key) => Object.hasOwn(value, key.name)).length : 0;
}
