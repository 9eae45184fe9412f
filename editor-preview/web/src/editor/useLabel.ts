import { useCallback } from "react";

import { useTexts } from "../i18n/texts";
import type { Label } from "./outcomes";

/** Gives the name of a port in the language in use; words of the bot stay as they are. */
export function useLabel(): (label: Label) => string {
  const text = useTexts();
  return useCallback((label) => ("words" in label ? label.words : text(label.id, label.values)), [text]);
}
