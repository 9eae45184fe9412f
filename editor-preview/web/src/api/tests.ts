import type { JsonObject } from "../editor/json";
import type { Diagnostic } from "./bots";
import { address, call } from "./client";
import type { Narrowed } from "./narrowed";
import type { Line } from "./previews";
import type { components } from "./schema";

type Schemas = components["schemas"];

/** A conversation with what the bot is expected to say. The description of the API knows it as an object: it is what files of tests hold. */
export interface Dialog {
  name: string;
  contact?: JsonObject;
  at?: string | null;
  steps: Line[];
}

/** The dialog tests of a bot, and the file beside its own that they are in; one that was made in the studio has no file. */
export type DialogTests = Narrowed<Schemas["DialogTests"], { dialogs: Dialog[] }>;

/** How a dialog went. */
export type TestResult = Schemas["TestResult"];

/** How all of them went. */
export type TestAnswer = Narrowed<Schemas["TestAnswer"], { diagnostics: Diagnostic[] }>;

export function dialogTests(bot: string): Promise<DialogTests> {
  return call("GET", address("bots", bot, "tests"));
}

/** Runs dialogs with a draft; nothing of either is kept. */
export function runTests(bot: string, document: JsonObject, dialogs: readonly Dialog[]): Promise<TestAnswer> {
  return call("POST", address("bots", bot, "tests"), { document, dialogs });
}

/** Keeps a dialog with the bot, in the place of the one with its name. */
export function keepTest(bot: string, { name, ...dialog }: Dialog): Promise<Schemas["KeptAnswer"]> {
  return call("PUT", address("bots", bot, "tests", name), dialog);
}

/** Removes the dialogs of a name. */
export function deleteTest(bot: string, name: string): Promise<void> {
  return call("DELETE", address("bots", bot, "tests", name));
}
