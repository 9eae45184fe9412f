/**
 * Moments of a rehearsal: places in its trace. What was at a moment follows from what the server answers to the lines up to it, and from the
 * trace's own entries; nothing is run here.
 */
import type { PreviewAnswer, TraceLine, Turn } from "../api/previews";
import { getAt, type Json, type JsonObject } from "../editor/json";

/** An entry of the trace: all up to it has happened, nothing behind it. */
export interface Moment {
  /** Which of the conversation's lines, from 0. */
  line: number;
  /** Which entry of what the line did, from 0. */
  entry: number;
}

/** A moment at which a step is entered. */
export interface Stop extends Moment {
  step: string;
}

/** How far the bot went through its graph. */
export interface Walk {
  current: string | null;
  /** Ways that were taken, as `from to`. */
  taken: ReadonlySet<string>;
  visited: ReadonlySet<string>;
  failed: ReadonlySet<string>;
}

type Turns = readonly Pick<Turn, "line" | "trace" | "session">[];

/** Every step that was entered, in order. */
export function stopsOf(turns: Turns): Stop[] {
  return turns.flatMap(({ line, trace }) => trace.flatMap(({ what, step }, entry) => (what === "step" ? [{ line, entry, step: String(step) }] : [])));
}

/** Which of two moments comes first: negative where it is the first one. */
export function compare(one: Moment, other: Moment): number {
  return one.line - other.line || one.entry - other.entry;
}

/** Where stepping on leads to from a moment; null: to the end. Without a moment it walks through the last line that entered a step once more. */
export function nextStop(turns: Turns, moment: Moment | null): Stop | null {
  const stops = stopsOf(turns);
  const last = stops.at(-1);
  return (moment ? stops.find((stop) => compare(moment, stop) < 0) : stops.find(({ line }) => line === last?.line)) ?? null;
}

/** The step that was entered before a moment. */
export function previousStop(turns: Turns, moment: Moment): Stop | null {
  return stopsOf(turns).findLast((stop) => compare(stop, moment) < 0) ?? null;
}

/** The first breakpoint that the bot came to behind a moment. */
export function nextBreakpoint(turns: Turns, breakpoints: ReadonlySet<string>, moment: Moment): Stop | null {
  return stopsOf(turns).find((stop) => compare(moment, stop) < 0 && breakpoints.has(stop.step)) ?? null;
}

/** Whether the trace has such a moment. */
export function exists(turns: Turns, { line, entry }: Moment): boolean {
  const trace = turns.find((turn) => turn.line === line)?.trace;
  return trace !== undefined && entry < trace.length;
}

/** The way through the graph, up to a moment or to the end. */
export function walkOf({ turns, session }: Pick<PreviewAnswer, "turns" | "session">, moment: Moment | null): Walk {
  const entries = turns.flatMap(({ line, trace }) => trace.filter((_, entry) => !moment || compare({ line, entry }, moment) <= 0));
  const steps = entries.filter(({ what }) => what === "step").map(({ step }) => String(step));
  return {
    current: (moment ? steps.at(-1) : session?.step) ?? null,
    taken: new Set(steps.slice(1).map((step, index) => `${steps[index]} ${step}`)),
    visited: new Set(steps),
    failed: new Set(entries.filter(({ what }) => what === "failed").map(({ step }) => String(step))),
  };
}

export function isSameWalk(one: Walk, other: Walk): boolean {
  const isSameSet = (some: ReadonlySet<string>, others: ReadonlySet<string>) => some.size === others.size && [...some].every((entry) => others.has(entry));
  return one.current === other.current && isSameSet(one.taken, other.taken) && isSameSet(one.visited, other.visited) && isSameSet(one.failed, other.failed);
}

/** The messages that a line had sent when a moment came: their entries in the outbox. */
export function sentUntil(turns: Turns, { line, entry }: Moment): ReadonlySet<string> {
  const trace = turns.find((turn) => turn.line === line)?.trace ?? [];
  return new Set(trace.slice(0, entry + 1).flatMap((what) => (what.what === "sent" ? [String(what.entry)] : [])));
}

/**
 * The session's variables at a moment: those at the end of its line, without what was written behind the moment. What was written there had
 * before it the value that an earlier entry wrote, else the one of the line before, else the one that it begins with.
 */
export function variablesAt(turns: Turns, moment: Moment, atEnd: JsonObject, document: JsonObject): JsonObject {
  const index = turns.findIndex(({ line }) => line === moment.line);
  const trace = turns[index]?.trace ?? [];
  const [before, behind] = [trace.slice(0, moment.entry + 1), trace.slice(moment.entry + 1)];
  const values = { ...atEnd };
  for (const name of new Set(behind.flatMap(variableOf))) {
    const written = before.findLast((entry) => variableOf(entry)[0] === name);
    const value = written ? written.value : (turns[index - 1]?.session?.vars[name] ?? getAt(document, ["variables", name, "default"]));
    if (value === undefined) {
      delete values[name];
    } else {
      values[name] = value as Json;
    }
  }
  return values;
}

/**
 * What was written to the contact and its lead behind a moment of its line, with the value that it had before: the one that an earlier entry
 * wrote, else the one that the conversation begins with. What steps change without such an entry is as the line leaves it.
 */
export function recordsAt(turns: Turns, moment: Moment, begin: JsonObject): ReadonlyMap<string, Json> {
  const entries = turns.flatMap(({ line, trace }) => trace.map((what, entry) => ({ line, entry, what })));
  const written = entries.flatMap(({ what, ...at }) => (what.what === "set" && RECORDS.test(String(what.path)) ? [{ at, path: String(what.path), value: what.value ?? null }] : []));
  const behind = written.filter(({ at }) => at.line === moment.line && compare(moment, at) < 0);
  const before = (path: string) => written.findLast((one) => one.path === path && compare(one.at, moment) <= 0)?.value ?? begun(begin, path);
  return new Map(behind.map(({ path }) => [path, before(path)]));
}

const RECORDS = /^(contact|lead)\./;

/** A value of the contact that a conversation begins with, whose lead is a part of it. */
function begun(contact: JsonObject, path: string): Json {
  return getAt(contact, path.replace(/^contact\./, "").split(".")) ?? null;
}

/** The variable that an entry wrote, if it wrote one. */
function variableOf({ what, path }: TraceLine): string[] {
  const [scope, name] = String(path).split(".");
  return what === "set" && scope === "vars" && name !== undefined ? [name] : [];
}
