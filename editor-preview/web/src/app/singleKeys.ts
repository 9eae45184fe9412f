/** Whether keys of one character are commands: whoever speaks to the computer, or hits keys by chance, can switch them off. */
import { useStore } from "zustand";
import { createStore } from "zustand/vanilla";

/** Where the choice is kept, in this browser. */
const KEY = "salesbot.single_keys";

const store = createStore<{ areOn: boolean }>(() => ({ areOn: localStorage.getItem(KEY) !== "off" }));

export function singleKeysAreOn(): boolean {
  return store.getState().areOn;
}

export function useSingleKeys(): [boolean, (areOn: boolean) => void] {
  const { areOn } = useStore(store);
  const change = (to: boolean) => {
    localStorage.setItem(KEY, to ? "on" : "off");
    store.setState({ areOn: to });
  };
  return [areOn, change];
}

/** Whether these keys, such as `C` or `Shift+L`, are one character: no command key is held with it. */
export function isSingleKey(keys: string): boolean {
  return /^(Shift\+)?.$/u.test(keys);
}
