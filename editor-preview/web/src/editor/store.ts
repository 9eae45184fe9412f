/** What one open editor holds: the document with its history, what is selected, and what the server says of it. */
import { createContext, useContext } from "react";
import { createStore, type StoreApi, useStore } from "zustand";

import type { Diagnostic } from "../api/bots";
import type { View } from "./canvas/view";
import { type Position, stepsOf } from "./document";
import { type Edit, placeSteps } from "./edits";
import * as histories from "./history";
import type { JsonObject } from "./json";
import { notesOf } from "./layout";
import { isSameCheck, type ProblemFilter } from "./problems/order";
import type { WrittenTexts } from "./source/written";

/** The tabs at the right. */
export type Tab = "step" | "preview" | "variables" | "trace" | "json";

/** A way out of a step, by the ids of both. */
export interface Way {
  step: string;
  outcome: string;
}

/** What a menu of commands was opened on. */
export type MenuOf = "step" | "way" | "note" | "canvas";

/**
 * What somebody is asked in a window of its own. `at` is the place in the browser's window that it is about. Words of a note and the title of
 * a group are asked for where they stand.
 */
export type Asking =
  | { what: "connect"; step: string; outcome?: string }
  | { what: "add"; from?: Way; between?: boolean; at?: Position }
  | { what: "menu"; of: MenuOf; at: Position }
  | { what: "note" | "group"; id: string }
  | { what: "publish" }
  | { what: "translations"; language: string | null };

/** Something that is said in passing; counted, so that the same can be said twice. */
export interface Notice {
  id: string;
  values?: Record<string, unknown>;
  count: number;
}

/** A field by its path in a step; where there is no step, in the bot itself. */
export interface Wanted {
  step: string | null;
  path: string;
  /** What it holds is there to be written over. */
  isNew: boolean;
  count: number;
}

const NOTHING_WANTED: Wanted = { step: null, path: "", isNew: false, count: 0 };

/** How far the draft is kept by the server. */
export type Saving = { state: "unchanged" } | { state: "waiting" } | { state: "saving" } | { state: "saved"; at: number } | { state: "failed" } | { state: "overtaken" };

/** What customers talk to. */
export interface Live {
  document: JsonObject;
  /** Counts the bot's publications; null: it was published before they were counted. */
  number?: number | null | undefined;
}

export interface EditorState {
  id: string;
  /** Only shown: edits change nothing. */
  isReadOnly: boolean;
  history: histories.History;
  /** null: the bot was never published. */
  live: Live | null;
  /** Places of steps that the document does not place. */
  arranged: ReadonlyMap<string, Position>;
  selected: ReadonlySet<string>;
  selectedNotes: ReadonlySet<string>;
  /** The way that is selected, of the one step that is. */
  way: Way | null;
  /** Whether somebody opened or closed the outline; null: as the room allows. */
  isOutlineShown: boolean | null;
  /** The canvas, while it is shown. */
  view: View | null;
  notice: Notice | null;
  tab: Tab;
  asking: Asking | null;
  diagnostics: readonly Diagnostic[];
  /** The problem that was gone to last, by its key. */
  problem: string | null;
  /** Whether the list of problems is open. */
  areProblemsShown: boolean;
  /** Which problems the list shows. */
  problemFilter: ProblemFilter;
  saving: Saving;
  /** Saves the draft without waiting for a pause. */
  saveNow: () => void;
  /** Saves the draft over what somebody else saved meanwhile. */
  keepMine: () => void;
  /** The field that is to have the focus; counted, so that the same one can be asked for twice. */
  wanted: Wanted;
  /** JSON that is being written, and is not part of the document yet. */
  written: WrittenTexts;

  /** Changes the document. Changes with the same `gesture`, one after the other, are undone as one. */
  edit: (edit: Edit, gesture?: string) => void;
  endGesture: () => void;
  undo: () => void;
  redo: () => void;
  select: (ids: Iterable<string>, notes?: Iterable<string>) => void;
  selectWay: (way: Way) => void;
  /** Selects one step and shows its fields, with the focus on one of them. */
  open: (id: string, path?: string, isNew?: boolean) => void;
  /** Shows the fields of the bot itself, with the focus on one of them. */
  openBot: (path?: string) => void;
  show: (tab: Tab) => void;
  ask: (asking: Asking | null) => void;
  /** Says something in passing, by the id of a text. */
  say: (id: string, values?: Record<string, unknown>) => void;
  showOutline: (isShown: boolean) => void;
  setView: (view: View | null) => void;
  move: (moved: ReadonlyMap<string, Position>, gesture?: string) => void;
  /** Keeps places that were computed, without a change of the document. */
  place: (arranged: ReadonlyMap<string, Position>) => void;
  diagnose: (diagnostics: readonly Diagnostic[]) => void;
  setProblem: (problem: string | null) => void;
  showProblems: (areShown: boolean) => void;
  filterProblems: (shown: ProblemFilter) => void;
  setSaving: (saving: Saving) => void;
  setLive: (live: Live) => void;
  setWritten: (written: WrittenTexts) => void;
}

export type EditorStore = StoreApi<EditorState>;

/** An editor of a document, beside what is live. */
export function createEditor(id: string, document: JsonObject, live: Live | null = null): EditorStore {
  return createStoreOf(id, document, live, false);
}

/** A document that is only shown. */
export function createViewer(id: string, document: JsonObject): EditorStore {
  return createStoreOf(id, document, null, true);
}

function createStoreOf(id: string, document: JsonObject, live: Live | null, isReadOnly: boolean): EditorStore {
  return createStore<EditorState>((set, get) => {
    const step = (next: (history: histories.History) => histories.History) =>
      set(({ history, selected, selectedNotes, way }) => {
        const after = next(history);
        const steps = stepsOf(after.document);
        const notes = new Set(notesOf(after.document).map(({ id }) => id));
        return {
          history: after,
          selected: within(selected, steps),
          selectedNotes: within(selectedNotes, notes),
          way: way && steps.has(way.step) ? way : null,
        };
      });
    return {
      id,
      isReadOnly,
      history: histories.begin(document),
      live,
      arranged: new Map(),
      selected: new Set(),
      selectedNotes: new Set(),
      way: null,
      isOutlineShown: null,
      view: null,
      notice: null,
      tab: "step",
      asking: null,
      diagnostics: [],
      problem: null,
      areProblemsShown: false,
      problemFilter: "all",
      saving: { state: "unchanged" },
      saveNow: () => {},
      keepMine: () => {},
      wanted: NOTHING_WANTED,
      written: new Map(),

      edit: (edit, gesture) => (isReadOnly ? undefined : step((history) => histories.change(history, edit(history.document), gesture ?? null))),
      endGesture: () => step(histories.endGesture),
      undo: () => step(histories.undo),
      redo: () => step(histories.redo),
      // No field is wanted of what is only selected: the focus stays where somebody works.
      select: (ids, notes = []) => set({ selected: new Set(ids), selectedNotes: new Set(notes), way: null, wanted: NOTHING_WANTED }),
      selectWay: (way) => set({ selected: new Set([way.step]), selectedNotes: new Set(), way, wanted: NOTHING_WANTED }),
      open: (step, path = "", isNew = false) => set(({ wanted }) => ({ selected: new Set([step]), selectedNotes: new Set(), way: null, tab: "step", wanted: { step, path, isNew, count: wanted.count + 1 } })),
      openBot: (path = "") => set(({ wanted }) => ({ selected: new Set(), selectedNotes: new Set(), way: null, tab: "step", wanted: { step: null, path, isNew: false, count: wanted.count + 1 } })),
      show: (tab) => set({ tab }),
      ask: (asking) => set({ asking }),
      say: (id, values) => set(({ notice }) => ({ notice: { id, values: values ?? {}, count: (notice?.count ?? 0) + 1 } })),
      showOutline: (isOutlineShown) => set({ isOutlineShown }),
      setView: (view) => set({ view }),
      move: (moved, gesture) => get().edit(placeSteps(moved, get().arranged), gesture),
      place: (arranged) => set({ arranged }),
      // What is said once more stays the same list: nothing is drawn anew for it.
      diagnose: (diagnostics) => set((before) => (isSameCheck(before.diagnostics, diagnostics) ? before : { diagnostics })),
      setProblem: (problem) => set({ problem }),
      showProblems: (areProblemsShown) => set({ areProblemsShown }),
      filterProblems: (problemFilter) => set({ problemFilter }),
      setSaving: (saving) => set({ saving }),
      setLive: (live) => set({ live }),
      setWritten: (written) => set({ written }),
    };
  });
}

/** Those that are still there; the same set where all of them are, so that what is drawn of it is not drawn again. */
function within(ids: ReadonlySet<string>, there: { has: (id: string) => boolean }): ReadonlySet<string> {
  const left = [...ids].filter((id) => there.has(id));
  return left.length === ids.size ? ids : new Set(left);
}

export const EditorContext = createContext<EditorStore | null>(null);

/** The editor's own store, for what needs more than to read it. */
export function useEditorStore(): EditorStore {
  const store = useContext(EditorContext);
  if (!store) {
    throw new Error("this stands outside of an editor");
  }
  return store;
}

/** Something that the open editor holds. */
export function useEditor<T>(read: (state: EditorState) => T): T {
  return useStore(useEditorStore(), read);
}

/** The document as it is now. */
export function useDocument(): JsonObject {
  return useEditor((state) => state.history.document);
}
