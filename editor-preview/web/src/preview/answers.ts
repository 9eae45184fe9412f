import { isObject, type Json } from "../editor/json";
import type { Answers, Field } from "./actions";

/** What fields hold before anybody writes into them. */
export function begin(fields: readonly Field[]): Answers {
  return Object.fromEntries(fields.map(({ key, initial, choices }) => [key, initial ?? choices?.[0]?.value ?? ""]));
}

/** Whether all that is needed was answered, and can be read. */
export function isWhole(fields: readonly Field[], answers: Answers): boolean {
  return fields.every(({ key, kind, optional }) => {
    const answer = answers[key]?.trim() ?? "";
    return kind === "json" ? isJson(answer) : optional || answer !== "";
  });
}

/** Whether a text is a JSON object. */
export function isJson(source: string): boolean {
  try {
    return isObject(JSON.parse(source) as Json);
  } catch {
    return false;
  }
}
