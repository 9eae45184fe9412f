import { useId } from "react";
import { Link, useLocation } from "wouter";

import { LANGUAGES, type Language } from "../i18n/languages";
import { useLanguage, useTexts } from "../i18n/texts";
import { PAGES } from "./pages";

/** The bar at the left: the studio's pages, and its language. */
export function Rail() {
  const text = useTexts();
  const [location] = useLocation();
  return (
    <nav className="rail" aria-label={text("rail.label")}>
      {PAGES.map(({ path, name, icon: Icon }) => {
        const here = location === path || location.startsWith(`${path}/`);
        return (
          <Link key={path} href={path} className="rail-link" aria-current={here ? "page" : undefined}>
            <Icon size={20} aria-hidden />
            {text(name)}
          </Link>
        );
      })}
      <LanguageSwitch />
    </nav>
  );
}

function LanguageSwitch() {
  const text = useTexts();
  const [language, change] = useLanguage();
  const id = useId();
  return (
    <div className="rail-language field">
      <label className="field-label" htmlFor={id}>
        {text("rail.language")}
      </label>
      <select id={id} className="input" value={language} onChange={(event) => change(event.target.value as Language)}>
        {Object.entries(LANGUAGES).map(([code, name]) => (
          <option key={code} value={code}>
            {name}
          </option>
        ))}
      </select>
    </div>
  );
}
