import type { Json, JsonObject } from "../editor/json";
import type { Language } from "../i18n/languages";
import { address, call } from "./client";

/** A bot that ships with the program, to begin from. */
export interface Sample {
  id: string;
  name: string;
  /** The language of its texts. */
  language: string;
  description: Record<Language, string>;
  steps: number;
}

export function listSamples(): Promise<Sample[]> {
  return call("GET", address("samples"));
}

export function showSample(id: string): Promise<{ id: string; document: JsonObject; dialogs: Json }> {
  return call("GET", address("samples", id));
}
