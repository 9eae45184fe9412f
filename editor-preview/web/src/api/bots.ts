import type { JsonObject } from "../editor/json";
import { address, call } from "./client";
import type { Narrowed } from "./narrowed";
import type { components } from "./schema";

type Schemas = components["schemas"];

/** A bot in the list. */
export type BotSummary = Narrowed<Schemas["BotSummary"], { problems: Diagnostic[] }>;

/** A bot with its documents. */
export type BotDetail = Narrowed<Schemas["BotDetail"], { problems: Diagnostic[]; document?: JsonObject | null; draft?: Draft | null }>;

/** A draft as the server keeps it. */
export type Draft = Narrowed<Schemas["Draft"], { document: JsonObject }>;

/** What the server says of a draft that it saved. */
export type Saved = Narrowed<Schemas["Saved"], { diagnostics: Diagnostic[]; draft: Draft }>;

/** One thing that is wrong with a bot, or that its designer should know. The description of the API knows it as an object: it is the checker's, whose JSON the server passes on. */
export interface Diagnostic {
  code: string;
  severity: "error" | "warning";
  /** The step that it lies in. */
  step?: string;
  /** Where in the document: `steps.welcome.buttons[0].title`. */
  path: string;
  message: string;
  help?: string;
  /** What would be right. */
  expected?: string;
  nearest?: string;
  /** Bytes of the compact text of the document. */
  span?: { start: number; end: number };
}

/** All bots. */
export function listBots(): Promise<BotSummary[]> {
  return call("GET", address("bots"));
}

/** One bot: its live document and its draft. */
export function showBot(id: string): Promise<BotDetail> {
  return call("GET", address("bots", id));
}

/**
 * Saves a draft, with or without errors. With `since`, the moment of the draft that it was made from (0: there was none), it is refused with 409
 * where somebody else has saved another one meanwhile.
 */
export function saveDraft(id: string, document: JsonObject, since?: number): Promise<Saved> {
  return call("PUT", `${address("bots", id, "draft")}${since === undefined ? "" : `?since=${since}`}`, document);
}

/** Removes a draft; what is live stays. */
export function discardDraft(id: string): Promise<void> {
  return call("DELETE", address("bots", id, "draft"));
}

/** What becomes of the conversations that are under way when a bot is published. */
export type OpenSessions = Schemas["OpenSessions"];

export type PublishRequest = Narrowed<Schemas["Publish"], { document: JsonObject }>;

/** Sessions that can't move, by where they stand. */
export type StayingSessions = Schemas["Staying"];

export type PublishAnswer = Narrowed<Schemas["PublishAnswer"], { diagnostics: Diagnostic[] }>;

/** Makes a document live. */
export function publish(id: string, request: PublishRequest): Promise<PublishAnswer> {
  return call("POST", address("bots", id, "publish"), request);
}
