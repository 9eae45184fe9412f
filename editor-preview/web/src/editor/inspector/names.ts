import { useLingui } from "@lingui/react";
import { useMemo } from "react";

/** The names of keys, words and alternatives in the studio's language; what the studio has no word for is made readable. */
export interface Names {
  /** A key: `field.<owner>_<key>`, else `field.<key>`. */
  key: (key: string, owner?: string) => string;
  /** One of the words that a value may be. */
  word: (word: string) => string;
  /** A kind of alternative: `case.<key>_<id>`, else `case.<id>`. */
  alternative: (id: string, key: string) => string;
  /** An entry of a list, by the list's key. */
  item: (list: string, number: number) => string;
  /** The command that adds an entry to a list. */
  addItem: (list: string) => string;
}

/** Names in the language in use. */
export function useNames(): Names {
  const { i18n } = useLingui();
  return useMemo(() => {
    const find = (ids: readonly string[], values?: Record<string, unknown>) => {
      const id = ids.find((one) => one in i18n.messages);
      return id === undefined ? undefined : i18n._(id, values);
    };
    return {
      key: (key, owner = "") => find([`field.${owner}_${key}`, `field.${key}`]) ?? readable(key),
      word: (word) => find([`word.${word}`]) ?? readable(word),
      alternative: (id, key) => find([`case.${key}_${id}`, `case.${id}`, `word.${id}`, `field.${id}`]) ?? readable(id),
      item: (list, number) => find([`item.${list}`], { number }) ?? `${readable(list)} ${number}`,
      addItem: (list) => find([`additem.${list}`, "additem.any"]) ?? readable(list),
    };
  }, [i18n, i18n.locale]);
}

/** `max_tokens` is `Max tokens`. */
export function readable(key: string): string {
  return key.charAt(0).toUpperCase() + key.slice(1).replaceAll("_", " ");
}
