/** How the studio looks and behaves for the person at this browser. */
import { createChoice } from "./choice";

/** Light or dark; `system`: whatever the system has. */
export const theme = createChoice("salesbot.theme", ["system", "light", "dark"]);

/** Whether single letters are commands where the graph has the focus. Who dictates or slips may not want that. */
export const letterKeys = createChoice("salesbot.letter_keys", ["on", "off"]);

/** Puts the theme into effect. */
export function applyTheme(): void {
  const chosen = theme.get();
  if (chosen === "system") {
    delete document.documentElement.dataset.theme;
  } else {
    document.documentElement.dataset.theme = chosen;
  }
}
