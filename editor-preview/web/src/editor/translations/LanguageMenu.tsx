import { Languages } from "lucide-react";

import { useLanguage, useTexts } from "../../i18n/texts";
import { MenuButton, MenuItem, MenuSection } from "../../ui/Menu";
import { useDocument, useEditorStore } from "../store";
import { languageName, ownLanguage, translatedLanguages } from "./languages";
import { useCompleteness } from "./useTexts";

/** The languages that the bot speaks, and how far each is translated. */
export function LanguageMenu() {
  const text = useTexts();
  const document = useDocument();
  const own = ownLanguage(document);
  const languages = translatedLanguages(document);
  return (
    <MenuButton
      align="end"
      trigger={
        <button type="button" className="button quiet" aria-label={text("translations.menu", { languages: [own, ...languages].join(", ") })} title={text("translations.title")}>
          <Languages size={18} aria-hidden />
          {own}
          {languages.length > 0 && <span className="muted">+{languages.length}</span>}
        </button>
      }
    >
      <LanguageItems />
    </MenuButton>
  );
}

/** The languages in the menu. All texts of the bot are looked through, so this is done while it is open. */
function LanguageItems() {
  const text = useTexts();
  const [studio] = useLanguage();
  const store = useEditorStore();
  const document = useDocument();
  const languages = translatedLanguages(document);
  const completeness = useCompleteness(document);
  const open = (language: string | null) => store.getState().ask({ what: "translations", language });
  return (
    <MenuSection name={text("translations.own", { language: languageName(ownLanguage(document), studio) })}>
      {languages.map((language) => {
        const found = completeness.get(language);
        return (
          <MenuItem key={language} onSelect={() => open(language)}>
            <span className="menu-name">{languageName(language, studio)}</span>
            {found && <span className="muted">{text("translations.done", found)}</span>}
          </MenuItem>
        );
      })}
      <MenuItem onSelect={() => open(null)}>{text("translations.add")}</MenuItem>
    </MenuSection>
  );
}
