import { setupI18n } from "@lingui/core";
import { I18nProvider, useLingui } from "@lingui/react";
import { createContext, type ReactNode, useCallback, useContext, useEffect, useMemo, useRef, useState } from "react";

import { type Catalogue, loadCatalogue } from "./catalogues";
import { type Language, remember } from "./languages";
import { type Phrases, phrasesOf } from "./phrases";

/** Gives the text of an id, with its values filled in. */
export type Texts = (id: string, values?: Record<string, unknown>) => string;

/** Changes the language, once its texts are there; fails where they can't be loaded, and then nothing changes. */
export type ChangeLanguage = (language: Language) => Promise<void>;

/** The studio's own words in the language in use. */
export function useTexts(): Texts {
  const { i18n } = useLingui();
  return useMemo(() => (id, values) => i18n._(id, values), [i18n, i18n.locale]);
}

/** What the server says in English, in the language in use. */
export function usePhrases(): Phrases {
  return useContext(PhrasesContext);
}

/** The language in use, and how to change it. */
export function useLanguage(): [Language, ChangeLanguage] {
  return useContext(LanguageContext);
}

const PhrasesContext = createContext<Phrases>((english) => english);

const LanguageContext = createContext<[Language, ChangeLanguage]>(["en", async () => {}]);

/** Gives everything inside of it the words of a language: those that are there at first, until another one is chosen. */
export function TextsProvider({ children, first }: { children: ReactNode; first: Catalogue }) {
  const [{ language, messages, phrases }, show] = useState(first);
  const i18n = useMemo(() => setupI18n({ locale: language, messages: { [language]: messages } }), [language, messages]);
  const say = useMemo(() => phrasesOf(phrases), [phrases]);
  const wanted = useRef(language);
  useEffect(() => {
    document.documentElement.lang = language;
  }, [language]);
  const change = useCallback(async (to: Language) => {
    wanted.current = to;
    const catalogue = await loadCatalogue(to);
    // Somebody may have chosen another one while it was loaded.
    if (wanted.current === to) {
      remember(to);
      show(catalogue);
    }
  }, []);
  const context = useMemo((): [Language, ChangeLanguage] => [language, change], [language, change]);
  return (
    <LanguageContext value={context}>
      <PhrasesContext value={say}>
        <I18nProvider i18n={i18n}>{children}</I18nProvider>
      </PhrasesContext>
    </LanguageContext>
  );
}
