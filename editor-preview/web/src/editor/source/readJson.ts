/**
 * Reads JSON that a person wrote: its value with the place of every part, or why it can't be kept as it stands. The browser's own reader
 * tells no places, takes the second of two equal keys in silence, and rounds numbers.
 */
import { isObject, type Json, type JsonObject } from "../json";
import { placeInside } from "../problems/place";

/** A part of a text, in characters from its beginning. */
export interface Span {
  from: number;
  to: number;
}

/** Why a text can't be kept, and where. */
export interface Fault extends Span {
  /** The id of the text that says it. */
  id: string;
  values?: Record<string, string>;
}

/** What was read: the value, or the first fault. */
export type Reading = { value: Json; places: ReadonlyMap<string, Span>; fault?: undefined } | { fault: Fault };

/** How deep brackets may nest: the server reads no deeper. */
const DEEPEST = 120;
const SPACE = /[ \t\n\r]*/y;
const STRING = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y;
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const WORD = /true|false|null/y;
/** What stands where none of these does: a word, else one character. */
const ANYTHING = /[\p{L}\d_-]+|./suy;

/** Reads a text. Places go by their path as the checker writes it: `steps.welcome.buttons[0].title`. */
export function readJson(source: string): Reading {
  const reader = new Reader(source);
  try {
    const value = reader.document();
    return { value, places: reader.places };
  } catch (error) {
    if (error instanceof Refused) {
      return { fault: error.fault };
    }
    throw error;
  }
}

/** Reads a text that must be an object, as a bot and a step are. */
export function readObject(source: string): { value: JsonObject; places: ReadonlyMap<string, Span>; fault?: undefined } | { fault: Fault } {
  const read = readJson(source);
  if (read.fault) {
    return read;
  }
  const { value, places } = read;
  return isObject(value) ? { value, places } : { fault: { id: "json.no_object", from: 0, to: source.length } };
}

/** The line of a text that a place in it is in, from 1. */
export function lineOf(source: string, at: number): number {
  return source.slice(0, at).split("\n").length;
}

class Refused extends Error {
  constructor(readonly fault: Fault) {
    super(fault.id);
  }
}

class Reader {
  readonly places = new Map<string, Span>();
  private at = 0;

  constructor(private readonly source: string) {}

  document(): Json {
    const value = this.value("", 0);
    this.skip();
    if (this.at < this.source.length) {
      this.refuse();
    }
    return value;
  }

  private value(path: string, depth: number): Json {
    this.skip();
    const from = this.at;
    const value = this.inner(path, depth);
    this.places.set(path, { from, to: this.at });
    return value;
  }

  private inner(path: string, depth: number): Json {
    const from = this.at;
    if (depth > DEEPEST) {
      throw new Refused({ id: "json.deep", from, to: from + 1 });
    }
    if (this.takes("{")) {
      return this.object(path, depth);
    }
    if (this.takes("[")) {
      return this.list(path, depth);
    }
    const literal = this.match(STRING) ?? this.match(WORD);
    if (literal !== undefined) {
      return JSON.parse(literal) as Json;
    }
    return this.number(this.match(NUMBER) ?? this.refuse(), from);
  }

  /** A number that is written otherwise than it would be kept is refused, not changed: `1.0` is no whole number to a bot, and more than 15 digits don't fit. */
  private number(written: string, from: number): number {
    const value = Number(written);
    const kept = JSON.stringify(value);
    if (kept !== written) {
      throw new Refused({ id: "json.number", values: { written, kept }, from, to: this.at });
    }
    return value;
  }

  private object(path: string, depth: number): JsonObject {
    const entries = new Map<string, Json>();
    this.entries("}", () => {
      const from = this.at;
      const written = this.match(STRING) ?? this.refuse();
      const key = JSON.parse(written) as string;
      if (entries.has(key)) {
        throw new Refused({ id: "json.twice", values: { key }, from, to: this.at });
      }
      const to = this.at;
      this.skip();
      if (!this.takes(":")) {
        this.refuse();
      }
      const inner = placeInside(path, key);
      const value = this.value(inner, depth + 1);
      entries.set(key, value);
      // What holds others is told at its key: all of it would be half the page.
      if (typeof value === "object" && value !== null) {
        this.places.set(inner, { from, to });
      }
    });
    return Object.fromEntries(entries);
  }

  private list(path: string, depth: number): Json[] {
    const list: Json[] = [];
    this.entries("]", () => {
      const inner = placeInside(path, list.length);
      this.skip();
      const from = this.at;
      const value = this.value(inner, depth + 1);
      list.push(value);
      if (typeof value === "object" && value !== null) {
        this.places.set(inner, { from, to: from + 1 });
      }
    });
    return list;
  }

  private entries(end: string, entry: () => void): void {
    this.skip();
    if (this.takes(end)) {
      return;
    }
    for (;;) {
      this.skip();
      entry();
      this.skip();
      if (this.takes(end)) {
        return;
      }
      if (!this.takes(",")) {
        this.refuse();
      }
    }
  }

  private takes(character: string): boolean {
    const is = this.source[this.at] === character;
    this.at += is ? 1 : 0;
    return is;
  }

  private skip(): void {
    this.match(SPACE);
  }

  private match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.source)?.[0];
    this.at += found?.length ?? 0;
    return found;
  }

  private refuse(): never {
    const from = this.at;
    const found = this.match(ANYTHING);
    if (found === undefined) {
      throw new Refused({ id: "json.ends", from, to: from });
    }
    // A text that does not end, or has what JSON forbids in it, is told as a whole line.
    const id = found === '"' ? "json.text" : "json.unexpected";
    const line = this.source.indexOf("\n", from);
    const to = found === '"' ? (line === -1 ? this.source.length : line) : this.at;
    throw new Refused({ id, values: { found }, from, to });
  }
}
