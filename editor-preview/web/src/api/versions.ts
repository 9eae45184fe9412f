import type { JsonObject } from "../editor/json";
import { address, call } from "./client";
import type { Narrowed } from "./narrowed";
import type { components } from "./schema";

type Schemas = components["schemas"];

/** A publication of a bot. */
export type Version = Schemas["VersionSummary"];

/** A publication with what was published. */
export type VersionDetail = Narrowed<Schemas["VersionDetail"], { document: JsonObject }>;

/** A bot's publications, the newest first. */
export function listVersions(bot: string): Promise<Version[]> {
  return call("GET", address("bots", bot, "versions"));
}

/** One publication, by its number or by the name of its content. */
export function showVersion(bot: string, version: number | string): Promise<VersionDetail> {
  return call("GET", address("bots", bot, "versions", String(version)));
}
