import type { Json, JsonObject } from "../editor/json";
import { address, call } from "./client";
import type { Narrowed } from "./narrowed";
import type { components } from "./schema";

type Schemas = components["schemas"];

/** A bot that ships with the program, to begin from. */
export type Sample = Schemas["SampleSummary"];

/** The same, with what it does. */
export type SampleDetail = Narrowed<Schemas["SampleDetail"], { document: JsonObject; dialogs: Json[] }>;

export function listSamples(): Promise<Sample[]> {
  return call("GET", address("samples"));
}

export function showSample(id: string): Promise<SampleDetail> {
  return call("GET", address("samples", id));
}
