import type { JsonObject } from "../editor/json";
import { address, call } from "./client";
import type { components } from "./schema";

type Schemas = components["schemas"];

/** A bot in the list. */
export type BotSummary = Omit<Schemas["BotSummary"], "problems"> & {
  problems: Diagnostic[];
  /** How often it was published. */
  versions: number;
  /** The number of the version that is live. */
  number: number | null;
  errors: number;
  warnings: number;
  open_sessions: number;
  sessions_7d: number;
};

/** A bot with its documents. */
export type BotDetail = BotSummary & { document?: JsonObject | null; draft?: Draft | null };

/** A draft as the server keeps it. */
export type Draft = Omit<Schemas["Draft"], "document"> & { document: JsonObject };

/** What the server says of a draft that it saved. */
export interface Saved {
  publishable: boolean;
  diagnostics: Diagnostic[];
  draft: Draft;
}

/** One thing that is wrong with a bot, or that its designer should know. */
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

/** Saves a draft, with or without errors. */
export function saveDraft(id: string, document: JsonObject): Promise<Saved> {
  return call("PUT", address("bots", id, "draft"), document);
}

/** Removes a draft; what is live stays. */
export function discardDraft(id: string): Promise<void> {
  return call("DELETE", address("bots", id, "draft"));
}

/** What becomes of the conversations that are under way when a bot is published. */
export type OpenSessions = "stay" | "move" | "restart";

export interface PublishRequest {
  document: JsonObject;
  note?: string;
  sessions?: OpenSessions;
  /** Only says what would happen. */
  dry_run?: boolean;
}

/** Sessions that can't move, by where they stand. */
export interface StayingSessions {
  version: string;
  number: number | null;
  step: string;
  count: number;
}

export type PublishAnswer = Omit<Schemas["PublishAnswer"], "diagnostics"> & {
  number: number;
  diagnostics: Diagnostic[];
  sessions: {
    open: number;
    move: number;
    stay: StayingSessions[];
    /** Whether all were counted: of very many only some are looked at. */
    counted_all: boolean;
  };
};

/** Makes a document live. */
export function publish(id: string, request: PublishRequest): Promise<PublishAnswer> {
  return call("POST", address("bots", id, "publish"), request);
}
