import type { Json, JsonObject } from "../editor/json";
import type { Diagnostic } from "./bots";
import { address, call } from "./client";
import type { Narrowed } from "./narrowed";
import type { components } from "./schema";

type Schemas = components["schemas"];

/** One thing that is done to the bot: a line of a dialog test. The description of the API knows it as an object: it is what files of tests hold. */
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
export type PreviewRequest = Narrowed<Pick<Schemas["Preview"], "bot">, { document: JsonObject; contact?: JsonObject; language: string; at: string; steps: Line[] }>;

/** One line of what a turn did. */
export type TraceLine = { session?: number; what: string } & { [key: string]: Json | undefined };

/** What one line of the request did, and the session behind it. Its clock and its window are not asked for: an earlier moment is a preview of its own. */
export type Turn = Narrowed<Omit<Schemas["TurnView"], "now" | "window">, { trace: TraceLine[]; test: Line[]; session?: PreviewSession | null }>;

/** A call of the bot that waits for its result. */
export type PendingCall = Narrowed<Schemas["CallView"], { request: Json }>;

/** The session that listens, else the newest. */
export type PreviewSession = Narrowed<Schemas["PlayedSession"], { vars: JsonObject; flow: JsonObject }>;

/** A form that the bot sent and the customer has not submitted. */
export type OpenForm = Narrowed<Schemas["OpenForm"], { data: JsonObject }>;

/** The customer service window at the preview's clock. */
export type PreviewWindow = Schemas["Window"];

/** What became of the draft, and of what was done to it. The contact is looked at as JSON, whatever it holds. */
export type PreviewAnswer = Narrowed<
  Schemas["PreviewAnswer"],
  { diagnostics: Diagnostic[]; turns: Turn[]; session?: PreviewSession | null; contact?: JsonObject | null; calls: PendingCall[]; form?: OpenForm | null }
>;

/** Runs a draft; nothing of it is kept on the server. */
export function preview(request: PreviewRequest, signal: AbortSignal): Promise<PreviewAnswer> {
  return call("POST", address("previews"), request, signal);
}

/** What a model answered to the first call that a preview waits for. */
export type ModelAnswer = Narrowed<Schemas["ModelAnswer"], { reply: JsonObject }>;

/** Asks the model what a preview waits for; nothing of it is kept on the server. */
export function askModel(request: PreviewRequest, signal: AbortSignal): Promise<ModelAnswer> {
  return call("POST", address("previews", "answer"), request, signal);
}
