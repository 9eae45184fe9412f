import type { Json, JsonObject } from "../editor/json";
import type { Diagnostic } from "./bots";
import { address, call } from "./client";

/** One thing that is done to the bot: a line of a dialog test. */
export type Line =
  | { customer: Json }
  | { pass: string }
  | { start: JsonObject }
  | { reply: JsonObject }
  | { status: Json }
  | { agent: Json }
  | { bot: Json };

/** What a preview is made from; the same request gives the same answer. */
export interface PreviewRequest {
  bot: string;
  document: JsonObject;
  contact?: JsonObject;
  /** When its clock begins. */
  at: string;
  steps: Line[];
}

/** One line of what a turn did. */
export type TraceLine = { session?: number; what: string } & { [key: string]: Json | undefined };

/** What one line of the request did. */
export interface Turn {
  line: number;
  at: string;
  trace: TraceLine[];
  /** The line, and what the bot said to it, as lines of a dialog test. */
  test: Line[];
}

/** A call of the bot that waits for its result. */
export interface PendingCall {
  entry: number;
  kind: string;
  step: string | null;
  request: Json;
}

/** The session that listens, else the newest. */
export interface PreviewSession {
  bot: string;
  step: string;
  vars: JsonObject;
  flow: JsonObject;
  state: "waiting" | "running" | "ended";
  waits_for: string | null;
  /** How it ended: `completed`, `failed`, … */
  status: string | null;
  outcome: string | null;
}

/** The customer service window at the preview's clock. */
export interface PreviewWindow {
  open: boolean;
  closes_at?: string | null;
  seconds_left?: number;
}

/** What became of the draft, and of what was done to it. */
export interface PreviewAnswer {
  diagnostics: Diagnostic[];
  chat: { html: string } | null;
  turns: Turn[];
  session: PreviewSession | null;
  contact: JsonObject | null;
  window: PreviewWindow | null;
  now: string;
  next_timer: string | null;
  calls: PendingCall[];
  error: { line: number; message: string } | null;
}

/** Runs a draft; nothing of it is kept on the server. */
export function preview(request: PreviewRequest, signal: AbortSignal): Promise<PreviewAnswer> {
  return call("POST", address("previews"), request, signal);
}
