/** How the studio looks and behaves for the person at this browser. */
import { createChoice } from "./choice";

/** Light or dark; `system`: whatever the system has. */
export const theme = createChoice("salesbot.theme", ["system", "light", "dark"]);

/** Whether keys of one character are commands: whoever speaks to the computer, or hits keys by chance, can switch them off. */
export const singleKeys = createChoice("salesbot.single_keys", ["on", "off"]);

/** Puts the theme into effect. */
export function applyTheme(): void {
  const chosen = theme.get();
  if (chosen === "system") {
    delete document.documentElement.dataset.theme;
  } else {
    document.documentElement.dataset.theme = chosen;
  }
}
