import type { Messages } from "@lingui/core";
import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";

import { loadMessages } from "./catalogues";
import { LANGUAGES, type Language } from "./languages";

/** Gives the words of a text in several languages. */
export type Words = (id: string) => readonly string[];

/**
 * The words of every language of the studio: what somebody looks for, they may know by another language's name. They are loaded when they are
 * first asked for; until then there are none, and what is looked for is found by its name alone.
 */
export function useWords(): Words {
  const { data } = useQuery({ queryKey: ["texts"], queryFn: () => Promise.all((Object.keys(LANGUAGES) as Language[]).map(loadMessages)), staleTime: Infinity, gcTime: Infinity });
  return useMemo(() => wordsOf(data ?? []), [data]);
}

export function wordsOf(languages: readonly Messages[]): Words {
  return (id) => languages.flatMap((messages) => [messages[id]].flat(3)).filter((part): part is string => typeof part === "string");
}
