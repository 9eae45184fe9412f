import type { JsonObject } from "../editor/json";
import type { Diagnostic } from "./bots";
import { address, call } from "./client";
import type { Line } from "./previews";

/** A conversation with what the bot is expected to say. */
export interface Dialog {
  name: string;
  contact?: JsonObject;
  at?: string | null;
  steps: Line[];
}

/** The dialog tests beside a bot's file. */
export interface DialogTests {
  dialogs: Dialog[];
  /** Null: the bot has no file, so they can't be kept. */
  file?: string | null;
  problem?: string | null;
}

/** How a dialog went. */
export interface TestResult {
  name: string;
  passed: boolean;
  /** `line` counts the dialog's steps from 0. */
  failure?: { line: number; message: string } | null;
}

export function dialogTests(bot: string): Promise<DialogTests> {
  return call("GET", address("bots", bot, "tests"));
}

/** Runs dialogs with a draft; nothing of either is kept. */
export function runTests(bot: string, document: JsonObject, dialogs: readonly Dialog[]): Promise<{ diagnostics: Diagnostic[]; results: TestResult[] }> {
  return call("POST", address("bots", bot, "tests"), { document, dialogs });
}

/** Keeps a dialog beside the bot's file, in the place of the one with its name. */
export function keepTest(bot: string, { name, ...dialog }: Dialog): Promise<{ file: string }> {
  return call("PUT", address("bots", bot, "tests", name), dialog);
}
