import type { JsonObject } from "../editor/json";
import { address, call } from "./client";

/** A publication of a bot. */
export interface Version {
  /** Counts the bot's publications, from 1. */
  number: number;
  /** The name of its content. */
  version: string;
  /** Unix milliseconds. */
  at: number;
  note: string | null;
  /** Customers who begin now talk to it. */
  live: boolean;
  open_sessions: number;
}

/** A publication with what was published. */
export type VersionDetail = Omit<Version, "open_sessions"> & { document: JsonObject };

/** A bot's publications, the newest first. */
export function listVersions(bot: string): Promise<Version[]> {
  return call("GET", address("bots", bot, "versions"));
}

/** One publication, by its number or by the name of its content. */
export function showVersion(bot: string, version: number | string): Promise<VersionDetail> {
  return call("GET", address("bots", bot, "versions", String(version)));
}
