import { Link, useLocation } from "wouter";

import { useTexts } from "../i18n/texts";
import { PAGES } from "./pages";

/** The bar at the left: the studio's pages. */
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
    </nav>
  );
}
