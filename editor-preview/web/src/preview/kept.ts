import type { Json } from "../editor/json";

/** What was kept in this browser under a name; null where there is nothing that can be read. */
export function kept(name: string): Json {
  try {
    return JSON.parse(localStorage.getItem(`salesbot.${name}`) ?? "null") as Json;
  } catch {
    return null;
  }
}

/** Keeps something in this browser. One that keeps nothing, as in a private window, loses it with the page. */
export function keep(name: string, value: Json): void {
  try {
    localStorage.setItem(`salesbot.${name}`, JSON.stringify(value));
  } catch {
    // What is kept is a convenience: the page goes on without it.
  }
}
