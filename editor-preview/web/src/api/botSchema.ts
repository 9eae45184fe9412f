import type { JsonObject } from "../editor/json";
import { call } from "./client";

/** The JSON Schema of bots: what the language has, with its words. */
export function botSchema(): Promise<JsonObject> {
  return call("GET", "/api/bot.schema.json");
}
