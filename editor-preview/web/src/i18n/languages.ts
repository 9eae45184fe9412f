/** The languages of the studio's own words; a bot's texts have languages of their own. */
export const LANGUAGES = { en: "English", es: "Español", pt: "Português" } as const;

/** The code of one of the studio's languages. */
export type Language = keyof typeof LANGUAGES;

/** Where the choice is kept, in this browser. */
const KEY = "salesbot.language";

/** The first of the wanted languages that the studio speaks, else English. */
export function preferred(wanted: readonly string[]): Language {
  const codes = wanted.map((tag) => tag.toLowerCase().split("-")[0] ?? "");
  return codes.find(isLanguage) ?? "en";
}

/** The language that was chosen here, else the browser's. */
export function initialLanguage(): Language {
  const chosen = localStorage.getItem(KEY);
  return preferred(chosen ? [chosen, ...navigator.languages] : navigator.languages);
}

/** Keeps the choice for the next visit. */
export function remember(language: Language): void {
  localStorage.setItem(KEY, language);
}

function isLanguage(code: string): code is Language {
  return code in LANGUAGES;
}
