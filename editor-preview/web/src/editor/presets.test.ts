// @vitest-environment jsdom
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";

import { wordsOf } from "../i18n/allLanguages";
import { loadMessages } from "../i18n/catalogues";
import { found } from "../ui/Picker";
import { blankStep, firstField } from "./blanks";
import { kindOf } from "./document";
import { schema } from "./inspector/testing";
import { outcomesOf } from "./outcomes";
import { presetChoices, PRESETS } from "./presets";

const text = (id: string) => id;

test("every kind that the language has can be added, but what only an import gives", () => {
  expect(new Set(PRESETS.map(({ kind }) => kind))).toEqual(new Set([...schema.steps.keys()].filter((kind) => kind !== "unsupported")));
});

test.each(PRESETS.map(({ id, kind }) => [id, kind]))("a new %s has what its kind must have, and nothing that it can't", (id, kind) => {
  const step = blankStep(id, text);
  const keys = schema.steps.get(kind)?.keys ?? [];
  expect(kindOf(step)).toBe(kind);
  expect(keys.filter(({ name, isRequired }) => isRequired && !(name in step)).map(({ name }) => name)).toEqual([]);
  expect(Object.keys(step).filter((name) => name !== "type" && !keys.some((key) => key.name === name))).toEqual([]);
  expect(["label", ...keys.map(({ name }) => name)]).toContain(firstField(id).split(".")[0]);
  expect(outcomesOf(step).length).toBeGreaterThan(0);
});

test("an entry is found by its name or a synonym in any language, the best first", async () => {
  const words = wordsOf(await Promise.all((["en", "es", "pt"] as const).map(loadMessages)));
  const choices = presetChoices((id) => english(id), words);
  const best = (typed: string) => found(choices, typed)[0]?.id;
  expect(["but", "imagem", "webhook", "atendente", "PREGUNTA", "hsm", "if"].map(best)).toEqual(["buttons", "media", "http", "handoff", "ask", "template", "condition"]);
  expect(best("zzz")).toBeUndefined();
});

const EN = readFileSync("src/i18n/locales/en.po", "utf8");

function english(id: string): string {
  return new RegExp(`msgid "${id}"\nmsgstr "(.*)"`).exec(EN)?.[1] ?? id;
}
