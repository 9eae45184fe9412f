import type { Json, JsonObject } from "../editor/json";
import type { Diagnostic } from "./bots";
import { address, call } from "./client";
import type { components } from "./schema";

type Schemas = components["schemas"];

/** One thing that is done to the bot: a line of a dialog test. */
export type Line =
  | { customer: Json }
  | { pass: string }
  | { start: JsonObject }
  | { reply: JsonObject }
  | { status: Json }
  | { agent: Json }
  | { set: JsonObject }
  | { fail_next: number }
  | { bot: Json };

/** What a preview is made from; the same request gives the same answer. */
export interface PreviewRequest {
  bot: string;
  document: JsonObject;
  contact?: JsonObject;
  /** The language of the drawing's own words. */
  language: string;
  /** When its clock begins. */
  at: string;
  steps: Line[];
}

/** One line of what a turn did. */
export type TraceLine = { session?: number; what: string } & { [key: string]: Json | undefined };

/** What one line of the request did, and the session behind it. A session that is replayed tells neither its clock nor its window turn by turn. */
export type Turn = Omit<Schemas["TurnView"], "trace" | "test" | "now" | "window"> & Partial<Pick<Schemas["TurnView"], "now" | "window">> & { trace: TraceLine[]; test: Line[]; session?: PreviewSession | null };

/** A call of the bot that waits for its result. */
export type PendingCall = Omit<Schemas["CallView"], "request"> & { request: Json };

/** The session that listens, else the newest. */
export type PreviewSession = Omit<Schemas["PlayedSession"], "vars" | "flow"> & { vars: JsonObject; flow: JsonObject };

/** A form that the bot sent and the customer has not submitted. */
export interface OpenForm {
  /** Its name or id; null: a template alone knows it. */
  flow: string | null;
  /** Null: it begins at its first screen. */
  screen: string | null;
  data?: JsonObject;
  /** Whether the server can draw it. */
  known: boolean;
}

/** The customer service window at the preview's clock. */
export type PreviewWindow = Schemas["Window"];

/** What became of the draft, and of what was done to it. */
export type PreviewAnswer = Omit<Schemas["PreviewAnswer"], "diagnostics" | "turns" | "session" | "contact" | "calls"> & {
  diagnostics: Diagnostic[];
  turns: Turn[];
  session?: PreviewSession | null;
  contact?: JsonObject | null;
  calls: PendingCall[];
  form?: OpenForm | null;
};

/** Runs a draft; nothing of it is kept on the server. */
export function preview(request: PreviewRequest, signal: AbortSignal): Promise<PreviewAnswer> {
  return call("POST", address("previews"), request, signal);
}
