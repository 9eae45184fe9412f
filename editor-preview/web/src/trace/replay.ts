/**
 * A conversation that happened, played again. It is a preview whose answer is what happened, looked at in one of its moments: so all that
 * shows a rehearsed conversation shows this one, too.
 */
import type { PreviewAnswer, TraceLine } from "../api/previews";
import type { SessionDetail } from "../api/sessions";
import type { EditorStore } from "../editor/store";
import type { Moment } from "../preview/moments";
import { createPreview, type PreviewStore } from "../preview/store";

/** One entry of a session's trace, with when it happened. */
export interface Entry {
  /** Its turn, as the chat is asked for by, and its place in there. */
  moment: Moment;
  /** ISO 8601. */
  at: string;
  what: TraceLine;
}

/** All that a session did, entry by entry. */
export function entriesOf({ turns }: Pick<SessionDetail, "turns">): Entry[] {
  return turns.flatMap(({ position, at, trace }) => trace.map((what, entry): Entry => ({ moment: { line: position, entry }, at, what })));
}

/** What a preview of the whole session would answer. */
export function answerOf({ bot, started, turns }: SessionDetail): PreviewAnswer {
  const steps = turns.flatMap(({ trace }) => trace.flatMap(({ what, step }) => (what === "step" ? [String(step)] : [])));
  const last = steps.at(-1);
  return {
    diagnostics: [],
    calls: [],
    now: turns.at(-1)?.at ?? new Date(started).toISOString(),
    turns: turns.map(({ position, at, trace }) => ({ line: position, at, trace, test: [] })),
    session: last === undefined ? null : { bot, step: last, vars: {}, flow: {}, state: "ended" },
  };
}

/** A preview that nobody can do anything to; what it shows is put into it. */
export function createReplay(editor: EditorStore): PreviewStore {
  return createPreview(editor, () => new Promise(() => {})).store;
}
