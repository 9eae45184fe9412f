/** The languages of a bot's own texts. */
import { textOf } from "../document";
import type { Edit } from "../edits";
import { getAt, isObject, type Json, type JsonObject, removeAt, setAt } from "../json";
import type { SourceText } from "./texts";

/** What a bot without one speaks. */
const DEFAULT = "en";

/** The language that the steps are written in. */
export function ownLanguage(document: JsonObject): string {
  return textOf(document.language) || DEFAULT;
}

/** The languages that it is translated into. */
export function translatedLanguages(document: JsonObject): readonly string[] {
  return isObject(document.translations) ? Object.keys(document.translations) : [];
}

/** What a text is in another language; undefined where it is not translated. */
export function translationOf(document: JsonObject, language: string, { key, shortKey }: SourceText): Json | undefined {
  const of = (one: string | undefined) => (one === undefined ? undefined : getAt(document, ["translations", language, one]));
  return of(key) ?? of(shortKey);
}

/** How many of the texts that count are translated. */
export function completeness(document: JsonObject, language: string, texts: readonly SourceText[]): { done: number; all: number } {
  const counted = texts.filter(({ counts }) => counts);
  return { done: counted.filter((text) => translationOf(document, language, text) !== undefined).length, all: counted.length };
}

/** The texts that are asked for: those that miss first, then what is done, then what can do without a translation. */
export function listed(texts: readonly SourceText[], document: JsonObject, language: string, asked: { find: string; missingOnly: boolean }): SourceText[] {
  const rank = (text: SourceText) => {
    const isMissing = translationOf(document, language, text) === undefined;
    return isMissing ? (text.counts ? 0 : 2) : 1;
  };
  const wanted = asked.find.trim().toLowerCase();
  const holds = (text: SourceText) => `${text.key}\n${String(text.value)}\n${String(translationOf(document, language, text) ?? "")}`.toLowerCase().includes(wanted);
  return texts.filter((text) => (!asked.missingOnly || rank(text) === 0) && holds(text)).toSorted((one, other) => rank(one) - rank(other));
}

/** Translates a text; an empty translation is none. */
export function translate(language: string, { key, shortKey }: SourceText, to: string | readonly string[]): Edit {
  return (document) => {
    const isShort = shortKey !== undefined && getAt(document, ["translations", language, shortKey]) !== undefined;
    const path = ["translations", language, isShort ? shortKey : key];
    return to.length === 0 ? removeAt(document, path) : setAt(document, path, typeof to === "string" ? to : [...to]);
  };
}

export function addLanguage(language: string): Edit {
  return (document) => (translatedLanguages(document).includes(language) ? document : setAt(document, ["translations", language], {}));
}

/** Takes a language out, with all its texts. */
export function removeLanguage(language: string): Edit {
  return (document) => {
    const without = removeAt(document, ["translations", language]);
    return translatedLanguages(without).length === 0 ? removeAt(without, ["translations"]) : without;
  };
}

/** A language as its tag is written, such as `pt-BR`; undefined where it is none. */
export function readTag(written: string): string | undefined {
  try {
    return Intl.getCanonicalLocales(written.trim().replaceAll("_", "-"))[0];
  } catch {
    return undefined;
  }
}

/** Whether two tags name one language, however they are written. */
export function isSameLanguage(one: string, other: string): boolean {
  return (readTag(one) ?? one) === (readTag(other) ?? other);
}

/** The name of a language, in the studio's language. */
export function languageName(tag: string, studio: string): string {
  const read = readTag(tag);
  return (read && new Intl.DisplayNames([studio], { type: "language" }).of(read)) || tag;
}
