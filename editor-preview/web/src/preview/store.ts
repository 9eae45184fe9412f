/**
 * The conversation that is rehearsed. All that is kept are the lines: what was done to the bot. Everything that is seen comes back from the
 * server, which runs the draft with them anew after each change of either.
 */
import { createContext, useContext } from "react";
import { createStore, type StoreApi, useStore } from "zustand";

import { ApiError } from "../api/client";
import { type Line, preview, type PreviewAnswer } from "../api/previews";
import type { EditorStore } from "../editor/store";
import type { Json, JsonObject } from "../editor/json";

export interface PreviewState {
  lines: readonly Line[];
  /** When the conversation begins: its clock moves only as its lines say. */
  at: string;
  answer: PreviewAnswer | null;
  /** Whether the answer is of other lines, or of another document, than there are now. */
  isRunning: boolean;
  /** Why there is no answer. */
  failure: string | null;
  /** No trigger of the bot took the first message, so it was started at its first step. */
  wasStartedByHand: boolean;

  /** The customer writes or taps. */
  say: (customer: Json) => void;
  /** Time passes. */
  pass: (duration: string) => void;
  /** The result of a call that the bot waits for. */
  reply: (result: JsonObject) => void;
  /** Undoes what was done last. */
  back: () => void;
  /** Begins anew, with nothing said. */
  restart: () => void;
  /** Begins anew at the bot's first step. */
  start: () => void;
  /** Begins anew at a step. */
  startAt: (step: string) => void;
}

export type PreviewStore = StoreApi<PreviewState>;

/** How long to wait for the next letter before a changed draft runs again. */
const PAUSE_MS = 250;

/** Starts the bot whatever its triggers say. */
const START: Line = { start: { on: "preview" } };

/** A rehearsal of an editor's document. `follow` keeps it up to date, and gives the function that ends that. */
export function createPreview(editor: EditorStore, run = preview): { store: PreviewStore; follow: () => () => void } {
  let calling = new AbortController();

  const store = createStore<PreviewState>((set, get) => {
    const begin = (lines: readonly Line[]) => {
      set({ lines, at: new Date().toISOString(), wasStartedByHand: false });
      editor.getState().show("preview");
      void refresh();
    };
    const add = (line: Line) => {
      set({ lines: [...get().lines, line] });
      void refresh();
    };
    return {
      lines: [],
      at: new Date().toISOString(),
      answer: null,
      isRunning: false,
      failure: null,
      wasStartedByHand: false,
      say: (customer) => add({ customer }),
      pass: (duration) => add({ pass: duration }),
      reply: (result) => add({ reply: result }),
      back: () => {
        const { lines, wasStartedByHand } = get();
        // The start that was put in after the first message goes with it.
        const isOnlyStart = wasStartedByHand && lines.length === 2;
        set({ lines: isOnlyStart ? [] : lines.slice(0, -1), wasStartedByHand: wasStartedByHand && !isOnlyStart });
        void refresh();
      },
      restart: () => begin([]),
      start: () => begin([START]),
      startAt: (step) => begin([{ start: { on: "preview", step } }]),
    };
  });

  const refresh = async () => {
    calling.abort();
    calling = new AbortController();
    const { signal } = calling;
    const { id, history } = editor.getState();
    const { lines, at } = store.getState();
    store.setState({ isRunning: true });
    try {
      const answer = await run({ bot: id, document: history.document, at, steps: [...lines] }, signal);
      if (signal.aborted) {
        return;
      }
      editor.getState().diagnose(answer.diagnostics);
      if (nothingStarted(lines, answer)) {
        store.setState({ lines: [...lines, START], wasStartedByHand: true });
        void refresh();
      } else {
        store.setState({ lines: byTitle(lines, answer), answer, isRunning: false, failure: null });
      }
    } catch (error) {
      if (!signal.aborted) {
        store.setState({ isRunning: false, failure: error instanceof ApiError ? error.message : String(error) });
      }
    }
  };

  const follow = () => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    void refresh();
    const stop = editor.subscribe(({ history }, before) => {
      if (history.document !== before.history.document) {
        clearTimeout(timer);
        timer = setTimeout(() => void refresh(), PAUSE_MS);
      }
    });
    return () => {
      clearTimeout(timer);
      calling.abort();
      stop();
    };
  };

  return { store, follow };
}

/**
 * The lines as the answer has them: a tap names its option by the title, no longer by the id that was drawn, so that it still holds when the
 * bot is changed.
 */
function byTitle(lines: readonly Line[], { turns }: PreviewAnswer): readonly Line[] {
  const done = new Map(turns.map(({ line, test }) => [line, test[0]]));
  return lines.map((line, index) => done.get(index) ?? line);
}

/** Whether the first message of the conversation found no trigger. */
function nothingStarted(lines: readonly Line[], { chat, error, turns, session }: PreviewAnswer): boolean {
  const isFirst = lines.length === 1 && lines[0] !== undefined && "customer" in lines[0];
  return isFirst && Boolean(chat) && !error && !session && !turns.some(({ trace }) => trace.some(({ what }) => what === "started"));
}

export const PreviewContext = createContext<PreviewStore | null>(null);

/** The rehearsal of the open editor, for what needs more than to read it. */
export function usePreviewStore(): PreviewStore {
  const store = useContext(PreviewContext);
  if (!store) {
    throw new Error("this stands outside of an editor");
  }
  return store;
}

/** Something of the rehearsal. */
export function usePreview<T>(read: (state: PreviewState) => T): T {
  return useStore(usePreviewStore(), read);
}
