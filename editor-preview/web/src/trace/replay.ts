/**
 * A conversation that happened, played again. Its turns are those of a preview, so all that shows a rehearsed conversation shows this one,
 * too: the path on the graph, the chat, the trace.
 */
import type { PreviewAnswer, TraceLine } from "../api/previews";
import type { SessionDetail } from "../api/sessions";
import { kindOf, stepsOf } from "../editor/document";
import type { EditorStore } from "../editor/store";
import { createPreview, type PreviewStore } from "../preview/store";

/** One line of the trace, with when it happened. */
export interface Entry {
  /** Which turn it belongs to: the position that the chat is asked for by. */
  position: number;
  /** ISO 8601. */
  at: string;
  line: TraceLine;
  /** The step that the session stands at behind this line. */
  step: string | null;
}

/** All that a session did, line by line. */
export function entriesOf({ document, turns }: Pick<SessionDetail, "document" | "turns">): Entry[] {
  const steps = stepsOf(document);
  let step: string | null = null;
  return turns.flatMap(({ position, at, trace }) =>
    trace.map((line): Entry => {
      if (line.what === "step" && typeof line.step === "string") {
        // A step of a bot that this one called is not on the graph: it keeps standing at the step that called.
        const here = steps.get(line.step);
        step = here && kindOf(here) === line.kind ? line.step : step;
      }
      return { position, at, line, step };
    }),
  );
}

/** What a preview would answer at a line of the trace: the turns up to it, and the step that the session stands at. */
export function answerAt(session: SessionDetail, entries: readonly Entry[], index: number): PreviewAnswer {
  const here = entries[index];
  const done = entries.slice(0, index + 1);
  const positions = [...new Set(done.map(({ position }) => position))];
  const turns = positions.map((position, line) => {
    const lines = done.filter((entry) => entry.position === position);
    return { line, at: lines[0]?.at ?? "", trace: lines.map((entry) => entry.line), test: [] };
  });
  const isOver = index === entries.length - 1 && session.ended !== null;
  const standing = { bot: session.bot, vars: {}, flow: {}, state: isOver ? "ended" : "waiting" };
  return {
    diagnostics: [],
    calls: [],
    turns,
    now: here?.at ?? new Date(session.started).toISOString(),
    session: here && here.step !== null ? { ...standing, step: here.step } : null,
  };
}

/** A preview that nobody can do anything to; what it shows is put into it. */
export function createReplay(editor: EditorStore): PreviewStore {
  return createPreview(editor, () => new Promise(() => {})).store;
}
