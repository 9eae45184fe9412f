/** What one open editor holds: the document with its history, what is selected, and what the server says of it. */
import { createContext, useContext } from "react";
import { createStore, type StoreApi, useStore } from "zustand";

import type { Diagnostic } from "../api/bots";
import { type Position, positionsOf, stepsOf } from "./document";
import { type Edit, moveSteps } from "./edits";
import * as histories from "./history";
import type { JsonObject } from "./json";

/** The tabs at the right. */
export type Tab = "step" | "preview" | "variables" | "trace" | "json";

/** What somebody is asked in a window of its own. */
export type Asking = { what: "connect"; step: string; outcome?: string } | { what: "add" } | { what: "publish" };

/** A field by its path in a step; where there is no step, in the bot itself. */
export interface Wanted {
  step: string | null;
  path: string;
  /** What it holds is there to be written over. */
  isNew: boolean;
  count: number;
}

/** How far the draft is kept by the server. */
export type Saving = { state: "unchanged" } | { state: "waiting" } | { state: "saving" } | { state: "saved"; at: number } | { state: "failed" };

export interface EditorState {
  id: string;
  history: histories.History;
  /** What customers talk to; null: the bot was never published. */
  live: JsonObject | null;
  /** Places of steps that the document does not place. */
  arranged: ReadonlyMap<string, Position>;
  selected: ReadonlySet<string>;
  tab: Tab;
  asking: Asking | null;
  diagnostics: readonly Diagnostic[];
  saving: Saving;
  /** The field that is to have the focus; counted, so that the same one can be asked for twice. */
  wanted: Wanted;

  /** Changes the document. Changes with the same `gesture`, one after the other, are undone as one. */
  edit: (edit: Edit, gesture?: string) => void;
  endGesture: () => void;
  undo: () => void;
  redo: () => void;
  select: (ids: Iterable<string>) => void;
  /** Selects one step and shows its fields, with the focus on one of them. */
  open: (id: string, path?: string, isNew?: boolean) => void;
  /** Shows the fields of the bot itself, with the focus on one of them. */
  openBot: (path?: string) => void;
  show: (tab: Tab) => void;
  ask: (asking: Asking | null) => void;
  move: (moved: ReadonlyMap<string, Position>, gesture?: string) => void;
  /** Keeps places that were computed, without a change of the document. */
  place: (arranged: ReadonlyMap<string, Position>) => void;
  diagnose: (diagnostics: readonly Diagnostic[]) => void;
  setSaving: (saving: Saving) => void;
  setLive: (live: JsonObject) => void;
}

export type EditorStore = StoreApi<EditorState>;

/** An editor of a document, beside what is live. */
export function createEditor(id: string, document: JsonObject, live: JsonObject | null = null): EditorStore {
  return createStore<EditorState>((set, get) => {
    const step = (next: (history: histories.History) => histories.History) =>
      set(({ history, selected }) => {
        const after = next(history);
        const steps = stepsOf(after.document);
        return { history: after, selected: new Set([...selected].filter((id) => steps.has(id))) };
      });
    return {
      id,
      history: histories.begin(document),
      live,
      arranged: new Map(),
      selected: new Set(),
      tab: "step",
      asking: null,
      diagnostics: [],
      saving: { state: "unchanged" },
      wanted: { step: null, path: "", isNew: false, count: 0 },

      edit: (edit, gesture) => step((history) => histories.change(history, edit(history.document), gesture ?? null)),
      endGesture: () => step(histories.endGesture),
      undo: () => step(histories.undo),
      redo: () => step(histories.redo),
      select: (ids) => set({ selected: new Set(ids) }),
      open: (step, path = "", isNew = false) => set(({ wanted }) => ({ selected: new Set([step]), tab: "step", wanted: { step, path, isNew, count: wanted.count + 1 } })),
      openBot: (path = "") => set(({ wanted }) => ({ selected: new Set(), tab: "step", wanted: { step: null, path, isNew: false, count: wanted.count + 1 } })),
      show: (tab) => set({ tab }),
      ask: (asking) => set({ asking }),
      move: (moved, gesture) => {
        const { history, arranged, edit } = get();
        // Once somebody moved a step, the others stay where they are, too.
        const placed = positionsOf(history.document);
        const others = [...arranged].filter(([id]) => !placed.has(id) && stepsOf(history.document).has(id));
        edit(moveSteps(new Map([...others, ...moved])), gesture);
      },
      place: (arranged) => set({ arranged }),
      diagnose: (diagnostics) => set({ diagnostics }),
      setSaving: (saving) => set({ saving }),
      setLive: (live) => set({ live }),
    };
  });
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
