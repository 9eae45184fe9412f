import { useSyncExternalStore } from "react";

/** Something that a person chose for this browser. */
export interface Choice<T extends string> {
  options: readonly T[];
  /** What was chosen, else the first option. */
  get: () => T;
  set: (chosen: T) => void;
  /** The same, for a component: it is drawn again when the choice changes. */
  use: () => T;
}

/** A choice between some options, kept under a key of this browser's storage. */
export function createChoice<T extends string>(key: string, options: readonly [T, ...T[]]): Choice<T> {
  const listeners = new Set<() => void>();
  const listen = (tell: () => void) => {
    listeners.add(tell);
    return () => listeners.delete(tell);
  };
  const get = () => {
    const kept = localStorage.getItem(key);
    return options.find((option) => option === kept) ?? options[0];
  };
  const set = (chosen: T) => {
    localStorage.setItem(key, chosen);
    listeners.forEach((tell) => tell());
  };
  return { options, get, set, use: () => useSyncExternalStore(listen, get) };
}
