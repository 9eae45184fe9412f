/** What is said in the studio, of which a browser loads that of the language in use. */
import type { Messages } from "@lingui/core";

import type { Language } from "./languages";
import type { Phrasebook } from "./phrases";

/** All that is said in a language. */
export interface Catalogue {
  language: Language;
  /** The studio's texts, by id. */
  messages: Messages;
  /** The server's, by their English. */
  phrases: Phrasebook;
}

const MESSAGES: Readonly<Record<Language, () => Promise<{ messages: Messages }>>> = {
  en: () => import("./locales/en.po"),
  es: () => import("./locales/es.po"),
  pt: () => import("./locales/pt.po"),
};

const PHRASES: Readonly<Record<Language, () => Promise<{ default: Phrasebook }>>> = {
  // The server speaks it itself.
  en: async () => ({ default: {} }),
  es: () => import("./phrases/es.json"),
  pt: () => import("./phrases/pt.json"),
};

export async function loadMessages(language: Language): Promise<Messages> {
  return (await MESSAGES[language]()).messages;
}

export async function loadCatalogue(language: Language): Promise<Catalogue> {
  const [messages, { default: phrases }] = await Promise.all([loadMessages(language), PHRASES[language]()]);
  return { language, messages, phrases };
}
