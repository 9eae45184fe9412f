import type { JsonObject } from "../editor/json";
import { address, call } from "./client";
import type { Narrowed } from "./narrowed";
import type { TraceLine } from "./previews";
import type { components, operations } from "./schema";

type Schemas = components["schemas"];

/** One run of a bot with a customer. */
export type Session = Schemas["SessionRow"];

/** What one event did in a session. */
export type SessionTurn = Narrowed<Schemas["SessionTurn"], { trace: TraceLine[] }>;

/** A session with all that is needed to play it again. */
export type SessionDetail = Narrowed<Schemas["SessionReplay"], { document?: JsonObject | null; turns: SessionTurn[] }>;

/** Which sessions are wanted; what is left out does not matter. */
export type SessionFilter = Omit<NonNullable<operations["list_sessions"]["parameters"]["query"]>, "before" | "limit">;

/** A part of the list. */
export type SessionPage = Schemas["SessionPage"];

/** Sessions, the newest first. */
export function listSessions(filter: SessionFilter, before?: string): Promise<SessionPage> {
  const wanted = Object.entries({ ...filter, before }).filter((entry): entry is [string, string] => Boolean(entry[1]));
  return call("GET", `${address("sessions")}?${new URLSearchParams(wanted).toString()}`);
}

/** One session; its chat is drawn as it stood behind a turn, else as it is now. */
export function showSession(id: string, until?: number): Promise<SessionDetail> {
  return call("GET", `${address("sessions", id)}${until === undefined ? "" : `?until=${until}`}`);
}
