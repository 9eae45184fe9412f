/** Writes the name that was probably meant, where the checker knows one. */
import type { Diagnostic } from "../../api/bots";
import type { Edit } from "../edits";
import { getAt, isObject, type JsonObject, type Path, setAt } from "../json";
import { pathOfPlace } from "./place";

/** The change that puts the nearest known name in place of the one that is not known. */
export function meant(problem: Diagnostic, document: JsonObject): Edit | undefined {
  const { nearest } = problem;
  const path = pathOfPlace(problem.path);
  const key = path.at(-1);
  const found = nearest && textAt(document, problem);
  if (!nearest || !found || key === undefined) {
    return undefined;
  }
  const value = getAt(document, path);
  if (found === JSON.stringify(value) && typeof value === "string") {
    return (changed) => setAt(changed, path, likeAll(value, nearest));
  }
  if (typeof key === "string" && found === JSON.stringify(key)) {
    return renameKey(document, path, likeAll(key, nearest));
  }
  const part = unquoted(found);
  if (typeof value === "string" && part && value.includes(part)) {
    // As a word: `vars.scor` is no part of `vars.score`.
    const word = new RegExp(`(?<!\\w)${part.replaceAll(/[^\w ]/g, "\\$&")}(?!\\w)`, "g");
    return (changed) => setAt(changed, path, value.replaceAll(word, likeAll(part, nearest)));
  }
  return undefined;
}

/** Gives a key another name where it stands; not one that is there already. */
export function renameKey(document: JsonObject, path: Path, name: string): Edit | undefined {
  const [around, key] = [path.slice(0, -1), path.at(-1)];
  const object = getAt(document, around);
  if (!isObject(object) || name in object) {
    return undefined;
  }
  const renamed = Object.fromEntries(Object.entries(object).map(([own, value]) => [own === key ? name : own, value]));
  return (changed) => setAt(changed, around, renamed);
}

/** Of a name with several parts, such as `contact.fields.cty`, the checker may name the last one alone. */
function likeAll(written: string, nearest: string): string {
  const at = written.lastIndexOf(".");
  return at === -1 || nearest.includes(".") ? nearest : written.slice(0, at + 1) + nearest;
}

/** The part of the document's text that a diagnostic is about. Its place counts bytes of the text that the server made of the document. */
function textAt(document: JsonObject, { span }: Diagnostic): string {
  return span ? new TextDecoder().decode(bytesOf(document).subarray(span.start, span.end)) : "";
}

function bytesOf(document: JsonObject): Uint8Array {
  const known = bytesOfDocument.get(document);
  const bytes = known ?? new TextEncoder().encode(JSON.stringify(document));
  bytesOfDocument.set(document, bytes);
  return bytes;
}

/** Documents are never changed in place. */
const bytesOfDocument = new WeakMap<JsonObject, Uint8Array>();

/** A part of a string as JSON writes it, as it is. */
function unquoted(part: string): string | undefined {
  try {
    return JSON.parse(`"${part}"`) as string;
  } catch {
    return undefined;
  }
}
