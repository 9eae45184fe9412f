import { useEffect } from "react";
import { useLocation } from "wouter";

import { singleKeys } from "./choices";
import { PAGES } from "./pages";
import { shell } from "./shell";

/** The letter that leads to a page, after a `g`. */
const GO: Readonly<Record<string, string>> = { b: "/bots", s: "/sessions", i: "/inbox", t: "/templates", c: "/contacts", p: "/pipeline", r: "/broadcasts" };
/** How long a `g` waits for its letter. */
const PATIENCE_MS = 1_500;
/** Where letters are text. */
const WRITING = "input, textarea, select, [contenteditable], .code-field";

/** The pages that there are, by their letter. */
export const GO_KEYS: readonly { letter: string; path: string; name: string }[] = Object.entries(GO).flatMap(([letter, path]) => {
  const page = PAGES.find((one) => one.path === path);
  return page ? [{ letter, path, name: page.name }] : [];
});

/** Keys that work on every page. What the page itself has a use for is not heard here. */
export function useAppKeys(): void {
  const [, go] = useLocation();
  useEffect(() => {
    let since = -Infinity;
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.defaultPrevented) {
        return;
      }
      const isCommand = event.ctrlKey || event.metaKey;
      if (isCommand && !event.altKey && !event.shiftKey && event.key.toLowerCase() === "k") {
        event.preventDefault();
        shell.getState().show("palette");
        return;
      }
      const writes = event.target instanceof Element && event.target.closest(WRITING) !== null;
      if (isCommand || event.altKey || writes || singleKeys.get() === "off" || shell.getState().showing !== null) {
        return;
      }
      const page = event.timeStamp - since < PATIENCE_MS ? GO_KEYS.find(({ letter }) => letter === event.key) : undefined;
      since = event.key === "g" ? event.timeStamp : -Infinity;
      if (page) {
        event.preventDefault();
        go(page.path);
      } else if (event.key === "?") {
        event.preventDefault();
        shell.getState().show("keys");
      }
    };
    window.addEventListener("keydown", onKeyDown);
    return () => window.removeEventListener("keydown", onKeyDown);
  }, [go]);
}
