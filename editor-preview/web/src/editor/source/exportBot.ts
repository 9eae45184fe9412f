import { download } from "../../ui/download";
import type { JsonObject } from "../json";
import { canonical } from "./written";

/** The file of a bot: two spaces, and a line's end at its end. Taken in again and given out again it has the same bytes. */
export function botFile(document: JsonObject): string {
  return `${canonical(document)}\n`;
}

/** Gives the bot to the browser as a file. */
export function exportBot(id: string, document: JsonObject): void {
  download(`${id}.json`, botFile(document));
}
