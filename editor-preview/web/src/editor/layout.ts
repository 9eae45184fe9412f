/**
 * What stands on the canvas beside the steps: notes, and groups of steps. Both are kept in the document's `layout`, which the runtime never
 * reads. A group has no place of its own: it is the frame around its steps. What the studio does not know of them survives.
 */
import { stepsOf, textOf } from "./document";
import type { Edit } from "./edits";
import { getAt, isObject, type Json, type JsonObject, setAt } from "./json";
import { outcomesOf } from "./outcomes";

/** The colours of notes and groups; the first is the one that they come with. */
export const COLORS = ["yellow", "green", "blue", "purple", "pink", "gray"] as const;
export type Color = (typeof COLORS)[number];

/** A text on the canvas. */
export interface Note {
  id: string;
  x: number;
  y: number;
  width: number;
  height: number;
  text: string;
  color: Color;
}

/** Steps that belong together. */
export interface Group {
  id: string;
  title: string;
  color: Color;
  steps: readonly string[];
  /** Its steps are hidden behind one card. */
  collapsed: boolean;
}

/** How large a new note is, and the smallest that one can be made. */
export const NOTE_SIZE = { width: 220, height: 120 };
export const SMALLEST_NOTE = { width: 120, height: 60 };

type List = "notes" | "groups";

/** The notes, those on top last. */
export function notesOf(document: JsonObject): readonly Note[] {
  return once(notesRead, document, () =>
    entriesOf(document, "notes").map(([id, entry]) => ({
      id,
      x: numberOf(entry.x, 0),
      y: numberOf(entry.y, 0),
      width: Math.max(SMALLEST_NOTE.width, numberOf(entry.width, NOTE_SIZE.width)),
      height: Math.max(SMALLEST_NOTE.height, numberOf(entry.height, NOTE_SIZE.height)),
      text: textOf(entry.text),
      color: colorOf(entry.color),
    })),
  );
}

/** The groups that hold a step. A step that two of them name belongs to the first. */
export function groupsOf(document: JsonObject): readonly Group[] {
  return once(groupsRead, document, () => {
    const steps = stepsOf(document);
    const taken = new Set<string>();
    return entriesOf(document, "groups").flatMap(([id, entry]) => {
      const named = Array.isArray(entry.steps) ? entry.steps.map(textOf) : [];
      const held = [...new Set(named)].filter((step) => steps.has(step) && !taken.has(step));
      held.forEach((step) => taken.add(step));
      return held.length === 0 ? [] : [{ id, title: textOf(entry.title), color: colorOf(entry.color), steps: held, collapsed: entry.collapsed === true }];
    });
  });
}

/** The group that a step belongs to. */
export function groupOf(document: JsonObject, step: string): Group | undefined {
  return groupsOf(document).find(({ steps }) => steps.includes(step));
}

/** The group that more steps than its own are selected with. */
export function groupWithin(document: JsonObject, selected: ReadonlySet<string>): Group | undefined {
  return groupsOf(document).find(({ steps }) => steps.length < selected.size && steps.every((step) => selected.has(step)));
}

/** The group that is selected: all of its steps are, and no other step. */
export function groupSelected(document: JsonObject, selected: ReadonlySet<string>): Group | undefined {
  return groupsOf(document).find(({ steps }) => steps.length === selected.size && steps.every((step) => selected.has(step)));
}

/** The steps that a group's steps lead to outside of it. */
export function exitsOf(document: JsonObject, { steps: held }: Group): readonly string[] {
  const steps = stepsOf(document);
  const targets = held.flatMap((id) => outcomesOf(steps.get(id) ?? {}).flatMap(({ target }) => (target !== null && steps.has(target) ? [target] : [])));
  return [...new Set(targets)].filter((target) => !held.includes(target));
}

/** An id that no note, or no group, has yet. */
export function freshLayoutId(document: JsonObject, list: List): string {
  const taken = new Set(entriesOf(document, list).map(([id]) => id));
  const name = list === "notes" ? "note" : "group";
  let number = 1;
  while (taken.has(`${name}_${number}`)) {
    number += 1;
  }
  return `${name}_${number}`;
}

/** Puts a note on the canvas. */
export function addNote(note: Note): Edit {
  return (document) => setAt(document, ["layout", "notes"], [...listOf(document, "notes"), { ...note }]);
}

/** Changes something of a note. */
export function changeNote(id: string, change: Partial<Omit<Note, "id">>): Edit {
  return changeEntry("notes", id, (entry) => ({ ...entry, ...change }));
}

/** Takes notes away. */
export function removeNotes(ids: ReadonlySet<string>): Edit {
  return (document) => keepEntries(document, "notes", (id) => !ids.has(id));
}

/** Puts steps into a group of their own; they leave the groups that they were in. */
export function addGroup({ id, title, color, steps, collapsed }: Group): Edit {
  return (document) => {
    const left = withoutMembers(new Set(steps))(document);
    return setAt(left, ["layout", "groups"], [...listOf(left, "groups"), { id, title, color, steps: [...steps], ...(collapsed ? { collapsed } : {}) }]);
  };
}

/** Changes how a group looks. */
export function changeGroup(id: string, change: Partial<Pick<Group, "title" | "color" | "collapsed">>): Edit {
  return changeEntry("groups", id, (entry) => ({ ...entry, ...change }));
}

/** Adds a step to the group that another one is in. */
export function joinGroup(step: string, of: string): Edit {
  return (document) => {
    const group = groupOf(document, of);
    return group ? growGroup(group.id, [step])(document) : document;
  };
}

/** Takes more steps into a group; they leave those that they were in. */
export function growGroup(id: string, more: readonly string[]): Edit {
  return (document) => {
    const held = groupsOf(document).find((group) => group.id === id)?.steps ?? [];
    const added = more.filter((step) => !held.includes(step));
    const grown = changeEntry("groups", id, (entry) => ({ ...entry, steps: [...held, ...added] }))(document);
    return withoutMembers(new Set(added), id)(grown);
  };
}

/** Takes steps out of their groups, but one of them. A group that held nothing else goes, too. */
export function withoutMembers(steps: ReadonlySet<string>, but?: string): Edit {
  return (document) => {
    const groups = listOf(document, "groups");
    const isTouched = (entry: Json, index: number) =>
      isObject(entry) && Array.isArray(entry.steps) && idAt(entry, index) !== but && entry.steps.some((step) => steps.has(textOf(step)));
    if (!groups.some(isTouched)) {
      return document;
    }
    const left = groups.flatMap((entry, index): Json[] => {
      if (!isTouched(entry, index) || !isObject(entry) || !Array.isArray(entry.steps)) {
        return [entry];
      }
      const rest = entry.steps.filter((step) => !steps.has(textOf(step)));
      return rest.some((step) => stepsOf(document).has(textOf(step))) ? [{ ...entry, steps: rest }] : [];
    });
    return setAt(document, ["layout", "groups"], left);
  };
}

/** Documents are never changed in place, so what was read of one stays true. */
const notesRead = new WeakMap<JsonObject, readonly Note[]>();
const groupsRead = new WeakMap<JsonObject, readonly Group[]>();

function once<T>(known: WeakMap<JsonObject, T>, document: JsonObject, read: () => T): T {
  const before = known.get(document);
  if (before !== undefined) {
    return before;
  }
  const value = read();
  known.set(document, value);
  return value;
}

function listOf(document: JsonObject, list: List): Json[] {
  const found = getAt(document, ["layout", list]);
  return Array.isArray(found) ? found : [];
}

/** The id of an entry; one that was written without has its place as id. */
function idAt(entry: JsonObject, index: number): string {
  return textOf(entry.id) || String(index);
}

/** The entries with their ids. */
function entriesOf(document: JsonObject, list: List): [string, JsonObject][] {
  return listOf(document, list).flatMap((entry, index): [string, JsonObject][] => (isObject(entry) ? [[idAt(entry, index), entry]] : []));
}

function changeEntry(list: List, id: string, change: (entry: JsonObject) => JsonObject): Edit {
  return (document) => {
    const changed = listOf(document, list).map((entry, index) => (isObject(entry) && idAt(entry, index) === id ? change(entry) : entry));
    return setAt(document, ["layout", list], changed);
  };
}

function keepEntries(document: JsonObject, list: List, keep: (id: string) => boolean): JsonObject {
  const kept = listOf(document, list).filter((entry, index) => !isObject(entry) || keep(idAt(entry, index)));
  return kept.length === listOf(document, list).length ? document : setAt(document, ["layout", list], kept);
}

function numberOf(value: Json | undefined, otherwise: number): number {
  return typeof value === "number" && Number.isFinite(value) ? value : otherwise;
}

function colorOf(value: Json | undefined): Color {
  return COLORS.find((color) => color === value) ?? COLORS[0];
}
