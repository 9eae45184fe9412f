import { saveDraft } from "../api/bots";
import { ApiError } from "../api/client";
import { hasUntaken } from "./source/written";
import type { EditorStore } from "./store";

/** How long somebody has to pause before the draft is saved. */
const PAUSE_MS = 700;
/** How long to wait after a failure. */
const RETRY_MS = 5_000;

/**
 * Saves the draft after each change, one save at a time. Where somebody else has saved another one meanwhile, nothing more is saved until it is
 * decided whose it is to be (`keepMine`, or the page is loaded anew). `since` is the moment of the draft that is open. Gives the function that
 * ends it, which saves what is left.
 */
export function autosave(store: EditorStore, since = 0, save = saveDraft): () => void {
  let from: number | undefined = since;
  let saved = store.getState().history.document;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let running = false;
  let ended = false;

  const run = async () => {
    const { id, history, setSaving, diagnose } = store.getState();
    const { document } = history;
    if (running || document === saved || store.getState().saving.state === "overtaken") {
      return;
    }
    running = true;
    setSaving({ state: "saving" });
    try {
      const answer = await save(id, document, from);
      saved = document;
      from = answer.draft.at;
      setSaving({ state: "saved", at: answer.draft.at });
      diagnose(answer.diagnostics);
      running = false;
      if (ended) {
        void run();
      } else {
        later(PAUSE_MS);
      }
    } catch (error) {
      running = false;
      if (error instanceof ApiError && error.status === 409) {
        setSaving({ state: "overtaken" });
        return;
      }
      setSaving({ state: "failed" });
      later(RETRY_MS);
    }
  };

  const later = (pause: number) => {
    clearTimeout(timer);
    if (!ended && store.getState().history.document !== saved) {
      timer = setTimeout(() => void run(), pause);
    }
  };

  const stop = store.subscribe(({ history, setSaving, saving }, before) => {
    if (history.document !== before.history.document) {
      if (saving.state !== "waiting" && saving.state !== "overtaken") {
        setSaving({ state: "waiting" });
      }
      later(PAUSE_MS);
    }
  });
  const warn = (event: BeforeUnloadEvent) => {
    if (store.getState().saving.state === "overtaken") {
      return;
    }
    if (store.getState().history.document !== saved) {
      void run();
      event.preventDefault();
    } else if (hasUntaken(store.getState())) {
      event.preventDefault();
    }
  };
  window.addEventListener("beforeunload", warn);
  const keepMine = () => {
    from = undefined;
    store.getState().setSaving({ state: "waiting" });
    void run();
  };
  store.setState({ saveNow: () => void run(), keepMine });

  return () => {
    ended = true;
    clearTimeout(timer);
    stop();
    window.removeEventListener("beforeunload", warn);
    void run();
  };
}
