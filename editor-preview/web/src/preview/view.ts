import { isObject } from "../editor/json";
import { keep, kept } from "./kept";

/** How the phone is shown. */
export interface View {
  /** Its width in pixels; null: as wide as its panel. */
  width: (typeof WIDTHS)[number] | null;
  /** Its colours; null: those of the studio. */
  theme: (typeof THEMES)[number] | null;
  /** Whether the canvas keeps the current step in sight. */
  follows: boolean;
}

/** Widths that phones have. */
export const WIDTHS = [320, 360, 412] as const;
export const THEMES = ["light", "dark"] as const;

/** The view as it was kept in this browser. */
export function keptView(): View {
  const found = kept("preview");
  const view = isObject(found) ? found : {};
  return {
    width: WIDTHS.find((width) => width === view.width) ?? null,
    theme: THEMES.find((theme) => theme === view.theme) ?? null,
    follows: view.follows !== false,
  };
}

export function keepView(view: View): void {
  keep("preview", { ...view });
}
