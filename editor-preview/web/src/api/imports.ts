import type { JsonObject } from "../editor/json";
import type { Narrowed } from "./narrowed";
import type { components } from "./schema";
import type { Dialog } from "./tests";
import { address, call } from "./client";

type Schemas = components["schemas"];

/** A bot that was imported, with dialog tests that take its branches. */
export type ImportedBot = Narrowed<Schemas["ImportedBot"], { document: JsonObject; dialogs: Dialog[] }>;

/** What came of a file of Kommo's. */
export type Imported = Narrowed<Schemas["Imported"], { bots: ImportedBot[] }>;

/** One thing that an import decided and a designer should know. */
export type Finding = Schemas["ImportFinding"];

/** An id of Kommo's that a bot uses. */
export type KommoId = Schemas["ImportedId"];

/** Names for Kommo's ids, by kind. */
export type KommoNames = Readonly<Record<string, Readonly<Record<string, string>>>>;

/** What an import is told beside the file. */
export interface ImportOptions {
  /** The file's name, for a bot that has none. */
  name: string;
  language: string;
  timezone: string;
  /** Mends texts that were read in the wrong encoding. */
  repair: boolean;
  names: KommoNames;
}

/** Reads a file of Kommo's as bots of ours; nothing is kept. */
export function importKommo(file: string, { names, repair, ...options }: ImportOptions): Promise<Imported> {
  const query = new URLSearchParams({ ...options, repair: String(repair) });
  return call("POST", `${address("import", "kommo")}?${query}`, { file, map: names });
}
