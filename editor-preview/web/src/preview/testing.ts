/** Dialog tests in the preview: a conversation becomes one, and one becomes a conversation again. */
import type { Line, PreviewAnswer } from "../api/previews";
import type { Dialog, TestResult } from "../api/tests";
import { isObject, type Json, type JsonObject } from "../editor/json";

/** The rehearsed conversation as a dialog test: the lines that were played, with the bot's answers between them. */
export function asDialog(name: string, at: string, contact: JsonObject, { turns }: PreviewAnswer): Dialog {
  const who = Object.keys(contact).length > 0 ? { contact } : {};
  return { name, ...who, at, steps: turns.flatMap(({ test }) => test) };
}

/** A file of dialog tests. */
export function asFile(dialogs: readonly Dialog[]): string {
  return `${JSON.stringify({ dialogs }, null, 2)}\n`;
}

/** The dialogs of a file; null: it holds none. */
export function readFile(source: string): Dialog[] | null {
  try {
    const { dialogs } = Object(JSON.parse(source)) as JsonObject;
    const isDialog = (dialog: Json) => isObject(dialog) && typeof dialog.name === "string" && Array.isArray(dialog.steps);
    return Array.isArray(dialogs) && dialogs.every(isDialog) ? (dialogs as unknown as Dialog[]) : null;
  } catch {
    return null;
  }
}

/** What is done in a dialog up to where it failed; what is only expected is left out. */
export function linesOf({ steps }: Dialog, failure: TestResult["failure"]): Line[] {
  const tried = failure ? steps.slice(0, failure.line + 1) : steps;
  return tried.filter((line) => !("bot" in line || "expect" in line));
}
