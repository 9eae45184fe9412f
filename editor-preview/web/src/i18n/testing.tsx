/** The studio's texts, as tests of what is drawn need them. */
import type { ReactNode } from "react";

import { messages } from "./locales/en.po";
import { TextsProvider } from "./texts";

/** Gives everything inside of it English words. */
export function English({ children }: { children: ReactNode }) {
  return <TextsProvider first={{ language: "en", messages, phrases: {} }}>{children}</TextsProvider>;
}
