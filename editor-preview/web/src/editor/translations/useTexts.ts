import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";

import { botSchema } from "../../api/botSchema";
import type { JsonObject } from "../json";
import { completeness, translatedLanguages } from "./languages";
import { type SourceText, sourceTexts } from "./texts";

/** The texts of the bot that customers read; undefined until the schema is there. */
export function useSourceTexts(document: JsonObject): readonly SourceText[] | undefined {
  const { data: schema } = useQuery({ queryKey: ["bot schema"], queryFn: botSchema, staleTime: Infinity });
  const { steps } = document;
  // Where cards stand says nothing: only the steps do.
  return useMemo(() => schema && sourceTexts({ steps: steps ?? {} }, schema), [steps, schema]);
}

/** How far each language is translated. */
export function useCompleteness(document: JsonObject): ReadonlyMap<string, { done: number; all: number }> {
  const texts = useSourceTexts(document);
  return useMemo(() => new Map(texts ? translatedLanguages(document).map((language) => [language, completeness(document, language, texts)]) : []), [document, texts]);
}
