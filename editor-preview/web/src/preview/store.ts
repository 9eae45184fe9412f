/**
 * The conversation that is rehearsed. All that is kept are the lines: what was done to the bot, and by whom. Everything that is seen comes
 * back from the server, which runs the draft with them anew after each change of either.
 */
import { createContext, useContext } from "react";
import { createStore, type StoreApi, useStore } from "zustand";

import { askModel, type Line, type ModelAnswer, preview, type PreviewAnswer, type PreviewRequest } from "../api/previews";
import type { EditorStore } from "../editor/store";
import type { Json, JsonObject } from "../editor/json";
import { initialLanguage, type Language } from "../i18n/languages";
import { compare, exists, type Moment, nextBreakpoint, nextStop, previousStop, stopsOf } from "./moments";
import { keepSamples, type Sample, samplesOf } from "./samples";
import { keepView, keptView, type View } from "./view";

export interface PreviewState {
  lines: readonly Line[];
  /** Lines that were put in by themselves, by their place: they go with the line before them. */
  automatic: ReadonlySet<number>;
  /** When the conversation begins: its clock moves only as its lines say. */
  at: string;
  /** Who writes, as the `contact` of a dialog test; empty: a guest. */
  contact: JsonObject;
  /** The language of the drawing's own words. */
  language: Language;
  answer: PreviewAnswer | null;
  /** Whether the answer is of other lines, or of another document, than there are now. */
  isRunning: boolean;
  /** Why there is no answer. */
  failure: Error | null;
  /** The entry of the trace that is looked at; null: the end. */
  moment: Moment | null;
  /** How things stood at that moment's line, where it is not the last. */
  past: PreviewAnswer | null;
  /** Whether what is done next stops at each step. */
  isStepping: boolean;
  /** Steps at which the bot stops. */
  breakpoints: ReadonlySet<string>;
  /** What calls were answered with, by their step. */
  samples: ReadonlyMap<string, Sample>;
  view: View;
  /** The dialog test that is played, and why it failed. */
  test: { name: string; message: string | null } | null;
  /** What is open over the phone: an action's window by its id, or `skip`, the times to skip to. */
  opened: string | null;

  /** Anything that a line of a dialog test can say. What is done at an earlier moment goes on from there. */
  act: (line: Line) => void;
  /** The customer writes or taps. */
  say: (customer: Json) => void;
  /** Time passes. */
  pass: (duration: string) => void;
  /** The result of the call that the bot waits for; `always`: also of that step's next calls. */
  reply: (result: JsonObject, always?: boolean) => void;
  /** Asks a model for the result of the call that the bot waits for; what it says is to be given by `reply`. */
  ask: (signal: AbortSignal) => Promise<ModelAnswer>;
  /** Asks again for a call's result. */
  forget: (step: string) => void;
  /** Undoes what was done last; at a moment, goes to the step before it. */
  back: () => void;
  /** Goes on to the next step, and stops there. */
  step: () => void;
  /** Goes on to the next breakpoint, else to where the bot waits. */
  goOn: () => void;
  /** Looks at a moment; null: at the end. */
  lookAt: (moment: Moment | null) => void;
  toggleBreakpoint: (step: string) => void;
  show: (view: Partial<View>) => void;
  open: (window: string | null) => void;
  speak: (language: Language) => void;
  /** The conversation as another contact. */
  become: (contact: JsonObject) => void;
  /** Begins anew, with nothing said. */
  restart: () => void;
  /** Begins anew at the bot's first step. */
  start: () => void;
  /** Begins anew at a step. */
  startAt: (step: string, variables?: JsonObject) => void;
  /** Plays a dialog test, up to where it failed. */
  play: (test: OpenedTest) => void;
  /** Begins anew with something else. */
  beginWith: (line: Line) => void;
}

/** A dialog test to be looked at. */
export interface OpenedTest {
  name: string;
  message: string | null;
  lines: readonly Line[];
  contact: JsonObject;
  at: string | null;
}

export type PreviewStore = StoreApi<PreviewState>;

/** How long to wait for the next letter before a changed draft runs again. */
const PAUSE_MS = 250;

/** So many lines in a row go on by themselves: a bot that calls in a loop is stopped. */
const MAX_BY_ITSELF = 30;

/** When a dialog test begins that does not say. */
const TEST_BEGIN = "2026-01-05T10:00:00Z";

/** Starts the bot whatever its triggers say. */
const START: Line = { start: { on: "preview" } };

/** A rehearsal of an editor's document. `follow` keeps it up to date, and gives the function that ends that. */
export function createPreview(editor: EditorStore, run = preview, askOf = askModel): { store: PreviewStore; follow: () => () => void } {
  let calling = new AbortController();
  /** The first line that no answer has seen: where a walk through what it did begins. */
  let arriving: number | null = null;

  /** What asks for the answer to these lines. */
  const requestOf = (steps: readonly Line[]): PreviewRequest => {
    const { id, history } = editor.getState();
    const { at, contact, language } = store.getState();
    return { bot: id, document: history.document, contact, at, language, steps: [...steps] };
  };

  const store = createStore<PreviewState>((set, get) => {
    const begin = (lines: readonly Line[], more: Partial<PreviewState> = {}) => {
      arriving = lines.length > 0 ? 0 : null;
      set({ lines, automatic: new Set(), at: new Date().toISOString(), moment: null, test: null, opened: null, ...more });
      editor.getState().show("preview");
      void refresh();
    };
    const act = (line: Line) => {
      const { lines, moment, automatic } = get();
      const kept = moment ? lines.slice(0, moment.line + 1) : lines;
      arriving ??= kept.length;
      set({ lines: [...kept, line], automatic: within(automatic, kept.length), moment: null });
      void refresh();
    };
    const lookAt = (moment: Moment | null) => {
      const { lines, past } = get();
      set({ moment, past: isEarlier(lines, moment) ? past : null });
      void refresh();
    };
    const keep = (samples: ReadonlyMap<string, Sample>) => {
      keepSamples(editor.getState().id, samples);
      set({ samples });
    };
    return {
      lines: [],
      automatic: new Set(),
      at: new Date().toISOString(),
      contact: {},
      language: initialLanguage(),
      answer: null,
      isRunning: false,
      failure: null,
      moment: null,
      past: null,
      isStepping: false,
      breakpoints: new Set(),
      samples: samplesOf(editor.getState().id),
      view: keptView(),
      test: null,
      opened: null,
      act,
      say: (customer) => act({ customer }),
      pass: (duration) => act({ pass: duration }),
      reply: (result, always = false) => {
        const step = seen(get())?.calls[0]?.step;
        if (step) {
          keep(new Map(get().samples).set(step, { result, always }));
        }
        act({ reply: result });
      },
      ask: (signal) => {
        const { lines, moment } = get();
        return askOf(requestOf(moment ? lines.slice(0, moment.line + 1) : lines), signal);
      },
      forget: (step) => {
        const { samples } = get();
        const sample = samples.get(step);
        if (sample) {
          keep(new Map(samples).set(step, { ...sample, always: false }));
        }
      },
      back: () => {
        const { lines, automatic, moment, answer } = get();
        const before = moment && previousStop(answer?.turns ?? [], moment);
        if (moment) {
          lookAt(before ?? moment);
          return;
        }
        let count = lines.length - 1;
        while (automatic.has(count)) {
          count -= 1;
        }
        arriving = null;
        set({ lines: lines.slice(0, Math.max(0, count)), automatic: within(automatic, count) });
        void refresh();
      },
      step: () => {
        const { lines, moment, answer } = get();
        set({ isStepping: true });
        if (lines.length === 0) {
          begin([START]);
        } else {
          lookAt(nextStop(answer?.turns ?? [], moment));
        }
      },
      goOn: () => {
        const { moment, answer, breakpoints } = get();
        set({ isStepping: false });
        lookAt(moment && nextBreakpoint(answer?.turns ?? [], breakpoints, moment));
      },
      lookAt,
      toggleBreakpoint: (step) => {
        const breakpoints = new Set(get().breakpoints);
        if (!breakpoints.delete(step)) {
          breakpoints.add(step);
        }
        set({ breakpoints });
      },
      show: (changed) => {
        const view = { ...get().view, ...changed };
        keepView(view);
        set({ view });
      },
      open: (opened) => {
        if (opened !== null) {
          editor.getState().show("preview");
        }
        set({ opened });
      },
      speak: (language) => {
        if (language !== get().language) {
          set({ language });
          void refresh();
        }
      },
      become: (contact) => {
        set({ contact });
        void refresh();
      },
      restart: () => begin([]),
      start: () => begin([START]),
      startAt: (step, variables) => begin([{ start: { on: "preview", step, ...(variables ? { variables } : {}) } }]),
      play: ({ lines, contact, at, name, message }) => begin(lines, { contact, at: at ?? TEST_BEGIN, test: { name, message } }),
      beginWith: (line) => begin([line]),
    };
  });

  /** Asks for the answer to all lines, and for the one to those up to the moment that is looked at. */
  const refresh = async () => {
    calling.abort();
    calling = new AbortController();
    const { signal } = calling;
    const { lines, moment } = store.getState();
    const played = (steps: readonly Line[]) => run(requestOf(steps), signal);
    store.setState({ isRunning: true });
    try {
      const [answer, past] = await Promise.all([played(lines), isEarlier(lines, moment) ? played(lines.slice(0, moment.line + 1)) : null]);
      if (signal.aborted) {
        return;
      }
      editor.getState().diagnose(answer.diagnostics);
      const next = nextByItself(store.getState(), answer);
      if (next) {
        const { automatic } = store.getState();
        store.setState({ lines: [...byTitle(lines, answer), next], automatic: new Set(automatic).add(lines.length) });
        void refresh();
        return;
      }
      store.setState({ lines: byTitle(lines, answer), answer, past, isRunning: false, failure: null });
      settle(answer);
    } catch (error) {
      if (!signal.aborted) {
        store.setState({ isRunning: false, failure: error instanceof Error ? error : new Error(String(error)) });
      }
    }
  };

  /** Stops where the new lines came to a breakpoint, or to any step while stepping; leaves a moment that is no more. */
  const settle = ({ turns }: PreviewAnswer) => {
    const { moment, isStepping, breakpoints } = store.getState();
    const first = arriving;
    arriving = null;
    if (first !== null) {
      const begin: Moment = { line: first, entry: -1 };
      const stop = isStepping ? (stopsOf(turns).find((found) => compare(begin, found) < 0) ?? null) : nextBreakpoint(turns, breakpoints, begin);
      if (stop) {
        store.getState().lookAt(stop);
      }
    } else if (moment && !exists(turns, moment)) {
      store.getState().lookAt(null);
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

/** How things stand at the moment that is looked at. */
export function seen({ answer, past }: PreviewState): PreviewAnswer | null {
  return past ?? answer;
}

/** Whether no trigger of the bot took the first message, so that it was started at its first step. */
export function wasStartedByHand({ lines, automatic }: PreviewState): boolean {
  return automatic.has(1) && lines[1] !== undefined && "start" in lines[1];
}

/** What is done without being asked for: the start that a first message missed, and the answer to a call that is always the same. */
function nextByItself({ lines, automatic, samples, moment }: PreviewState, answer: PreviewAnswer): Line | null {
  const isLoop = automatic.size >= MAX_BY_ITSELF && [...Array(MAX_BY_ITSELF).keys()].every((back) => automatic.has(lines.length - 1 - back));
  if (moment || isLoop) {
    return null;
  }
  if (nothingStarted(lines, answer)) {
    return START;
  }
  const sample = samples.get(answer.calls[0]?.step ?? "");
  return sample?.always && !answer.error ? { reply: sample.result } : null;
}

/** Whether the first message of the conversation found no trigger. */
function nothingStarted(lines: readonly Line[], { chat, error, turns, session }: PreviewAnswer): boolean {
  const isFirst = lines.length === 1 && lines[0] !== undefined && "customer" in lines[0];
  return isFirst && Boolean(chat) && !error && !session && !turns.some(({ trace }) => trace.some(({ what }) => what === "started"));
}

/**
 * The lines as the answer has them: a tap names its option by the title, no longer by the id that was drawn, so that it still holds when the
 * bot is changed.
 */
function byTitle(lines: readonly Line[], { turns }: PreviewAnswer): readonly Line[] {
  const done = new Map(turns.map(({ line, test }) => [line, test[0]]));
  return lines.map((line, index) => done.get(index) ?? line);
}

/** Whether a moment is one of a line before the last. */
function isEarlier(lines: readonly Line[], moment: Moment | null): moment is Moment {
  return moment !== null && moment.line < lines.length - 1;
}

/** Those places that are still there when a list was cut. */
function within(places: ReadonlySet<number>, length: number): ReadonlySet<number> {
  return new Set([...places].filter((place) => place < length));
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
