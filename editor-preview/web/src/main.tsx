import { StrictMode } from "react";
import { createRoot } from "react-dom/client";

import { App } from "./app/App";
import { applyTheme } from "./app/choices";
import { loadCatalogue } from "./i18n/catalogues";
import { initialLanguage } from "./i18n/languages";
import "./app/theme.css";
import "./app/base.css";
import "./ui/shapes.css";

applyTheme();
void show();

/** Nothing is shown before there are words for it. */
async function show(): Promise<void> {
  const root = document.getElementById("root");
  const texts = await loadCatalogue(initialLanguage());
  if (root) {
    createRoot(root).render(
      <StrictMode>
        <App texts={texts} />
      </StrictMode>,
    );
  }
}
