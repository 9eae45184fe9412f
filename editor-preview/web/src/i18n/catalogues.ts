/** The studio's texts, of which a browser loads those of the language in use. */
import type { Messages } from "@lingui/core";

import type { Language } from "./languages";

/** The texts of a language, by id. */
export interface Catalogue {
  language: Language;
  messages: Messages;
}

const LOADERS: Readonly<Record<Language, () => Promise<{ messages: Messages }>>> = {
  en: () => import("./locales/en.po"),
  es: () => import("./locales/es.po"),
  pt: () => import("./locales/pt.po"),
};

export async function loadCatalogue(language: Language): Promise<Catalogue> {
  const { messages } = await LOADERS[language]();
  return { language, messages };
}
