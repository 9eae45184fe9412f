import { messages as en } from "./locales/en.po";
import { messages as es } from "./locales/es.po";
import { messages as pt } from "./locales/pt.po";

/** The words of a text in every language of the studio: what somebody looks for, they may know by another language's name. */
export function inAllLanguages(id: string): readonly string[] {
  return [en, es, pt].flatMap((messages) => [messages[id]].flat(3)).filter((part): part is string => typeof part === "string");
}
