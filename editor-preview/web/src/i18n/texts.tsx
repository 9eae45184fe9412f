import { setupI18n } from "@lingui/core";
import { I18nProvider, useLingui } from "@lingui/react";
import { createContext, type ReactNode, useContext, useEffect, useMemo, useState } from "react";

import { initialLanguage, type Language, remember } from "./languages";
import { messages as en } from "./locales/en.po";
import { messages as es } from "./locales/es.po";
import { messages as pt } from "./locales/pt.po";

/** Gives the text of an id, with its values filled in. */
export type Texts = (id: string, values?: Record<string, unknown>) => string;

/** The studio's own words in the language in use. */
export function useTexts(): Texts {
  const { i18n } = useLingui();
  return useMemo(() => (id, values) => i18n._(id, values), [i18n, i18n.locale]);
}

/** The language in use, and how to change it. */
export function useLanguage(): [Language, (language: Language) => void] {
  return useContext(LanguageContext);
}

const LanguageContext = createContext<[Language, (language: Language) => void]>(["en", () => {}]);

/** Gives everything inside of it the words of a language: the one chosen, else the browser's. */
export function TextsProvider({ children, language }: { children: ReactNode; language?: Language }) {
  const [chosen, choose] = useState<Language>(language ?? initialLanguage);
  const i18n = useMemo(() => setupI18n({ locale: chosen, messages: { en, es, pt } }), [chosen]);
  useEffect(() => {
    document.documentElement.lang = chosen;
  }, [chosen]);
  const change = (to: Language) => {
    remember(to);
    choose(to);
  };
  return (
    <LanguageContext value={[chosen, change]}>
      <I18nProvider i18n={i18n}>{children}</I18nProvider>
    </LanguageContext>
  );
}
