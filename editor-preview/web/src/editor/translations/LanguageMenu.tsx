import { Languages } from "lucide-react";
import { DropdownMenu } from "radix-ui";

import { useLanguage, useTexts } from "../../i18n/texts";
import { useDocument, useEditorStore } from "../store";
import { languageName, ownLanguage, translatedLanguages } from "./languages";
import { useCompleteness } from "./useTexts";

/** The languages that the bot speaks, and how far each is translated. */
export function LanguageMenu() {
  const text = useTexts();
  const [studio] = useLanguage();
  const store = useEditorStore();
  const document = useDocument();
  const own = ownLanguage(document);
  const languages = translatedLanguages(document);
  const completeness = useCompleteness(document, languages);
  const open = (language: string | null) => store.getState().ask({ what: "translations", language });
  return (
    <DropdownMenu.Root modal={false}>
      <DropdownMenu.Trigger className="button quiet" aria-label={text("translations.menu", { languages: [own, ...languages].join(", ") })} title={text("translations.title")}>
        <Languages size={18} aria-hidden />
        {own}
        {languages.length > 0 && <span className="muted">+{languages.length}</span>}
      </DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content className="menu" align="end" sideOffset={4}>
          <DropdownMenu.Label className="menu-item muted">{text("translations.own", { language: languageName(own, studio) })}</DropdownMenu.Label>
          {languages.map((language) => {
            const found = completeness.get(language);
            return (
              <DropdownMenu.Item key={language} className="menu-item" onSelect={() => open(language)}>
                <span className="menu-name">{languageName(language, studio)}</span>
                {found && <span className="muted">{text("translations.done", found)}</span>}
              </DropdownMenu.Item>
            );
          })}
          <DropdownMenu.Item className="menu-item" onSelect={() => open(null)}>
            {text("translations.add")}
          </DropdownMenu.Item>
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  );
}
