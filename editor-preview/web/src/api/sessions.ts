import type { JsonObject } from "../editor/json";
import { address, call } from "./client";
import type { TraceLine } from "./previews";

/** One run of a bot with a customer. */
export interface Session {
  id: string;
  contact: { id: string; name: string | null; phone: string | null };
  bot: string;
  bot_name: string | null;
  version: string;
  /** The number of its version; null where it is not known any more. */
  number: number | null;
  /** What started it. */
  on: string;
  /** Unix milliseconds, as the others. */
  started: number;
  active: number | null;
  ended: number | null;
  /** How it ended: `completed`, `failed`, …; null while it runs. */
  status: string | null;
  outcome: string | null;
  steps?: number;
}

/** What one event did in a session. */
export interface SessionTurn {
  position: number;
  /** ISO 8601. */
  at: string;
  /** The id of the event. */
  event: string;
  trace: TraceLine[];
}

/** A session with all that is needed to play it again. */
export type SessionDetail = Session & {
  /** The version of the bot that ran. */
  document: JsonObject;
  turns: SessionTurn[];
  chat: { html: string };
};

/** Which sessions are wanted; what is left out does not matter. */
export interface SessionFilter {
  bot?: string;
  version?: string;
  state?: "open" | "ended";
  status?: string;
  outcome?: string;
  contact?: string;
}

export interface SessionPage {
  sessions: Session[];
  /** Where the older ones begin. */
  next: string | null;
}

/** Sessions, the newest first. */
export function listSessions(filter: SessionFilter, before?: string): Promise<SessionPage> {
  const wanted = Object.entries({ ...filter, before }).filter((entry): entry is [string, string] => Boolean(entry[1]));
  return call("GET", `${address("sessions")}?${new URLSearchParams(wanted).toString()}`);
}

/** One session; its chat is drawn as it stood behind a turn, else as it is now. */
export function showSession(id: string, until?: number): Promise<SessionDetail> {
  return call("GET", `${address("sessions", id)}${until === undefined ? "" : `?until=${until}`}`);
}
