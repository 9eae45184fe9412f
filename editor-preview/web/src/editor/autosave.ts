import { saveDraft } from "../api/bots";
import { hasUntaken } from "./source/written";
import type { EditorStore } from "./store";

/** How long somebody has to pause before the draft is saved. */
const PAUSE_MS = 700;
/** How long to wait after a failure. */
const RETRY_MS = 5_000;

/** Saves the draft after each change, one save at a time. Gives the function that ends it, which saves what is left. */
export function autosave(store: EditorStore, save = saveDraft): () => void {
  let saved = store.getState().history.document;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let running = false;
  let ended = false;

  const run = async () => {
    const { id, history, setSaving, diagnose } = store.getState();
    const { document } = history;
    if (running || document === saved) {
      return;
    }
    running = true;
    setSaving({ state: "saving" });
    try {
      const answer = await save(id, document);
      saved = document;
      setSaving({ state: "saved", at: answer.draft.at });
      diagnose(answer.diagnostics);
      running = false;
      if (ended) {
        void run();
      } else {
        later(PAUSE_MS);
      }
    } catch {
      running = false;
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
      if (saving.state !== "waiting") {
        setSaving({ state: "waiting" });
      }
      later(PAUSE_MS);
    }
  });
  const warn = (event: BeforeUnloadEvent) => {
    if (store.getState().history.document !== saved) {
      void run();
      event.preventDefault();
    } else if (hasUntaken(store.getState())) {
      event.preventDefault();
    }
  };
  window.addEventListener("beforeunload", warn);
  store.setState({ saveNow: () => void run() });

  return () => {
    ended = true;
    clearTimeout(timer);
    stop();
    window.removeEventListener("beforeunload", warn);
    void run();
  };
}
