import type { JsonObject } from "../json";
import { canonical } from "./written";

/** The file of a bot: two spaces, and a line's end at its end. Taken in again and given out again it has the same bytes. */
export function botFile(document: JsonObject): string {
  return `${canonical(document)}\n`;
}

/** Gives the bot to the browser as a file. */
export function exportBot(id: string, document: JsonObject): void {
  const address = URL.createObjectURL(new Blob([botFile(document)], { type: "application/json" }));
  const link = Object.assign(window.document.createElement("a"), { href: address, download: `${id}.json` });
  link.click();
  URL.revokeObjectURL(address);
}
