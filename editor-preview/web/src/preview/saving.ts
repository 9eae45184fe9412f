import type { PreviewAnswer } from "../api/previews";
import type { JsonObject } from "../editor/json";

/** The rehearsed conversation as a dialog test: the lines that were played, with the bot's answers between them. */
export function asDialog(name: string, at: string, contact: JsonObject, { turns }: PreviewAnswer): JsonObject {
  const who: JsonObject = Object.keys(contact).length > 0 ? { contact } : {};
  return { name, ...who, at, steps: turns.flatMap(({ test }) => test) };
}

/** A file with one dialog test. */
export function asTest(name: string, at: string, contact: JsonObject, answer: PreviewAnswer): string {
  return `${JSON.stringify({ dialogs: [asDialog(name, at, contact, answer)] }, null, 2)}\n`;
}
