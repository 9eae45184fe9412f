import { expect, test } from "vitest";

import { KINDS } from "../editor/kinds";
import { LANGUAGES, preferred } from "./languages";
import { messages as en } from "./locales/en.po";
import { messages as es } from "./locales/es.po";
import { messages as pt } from "./locales/pt.po";

const ids = Object.keys(en);
const SOURCES = import.meta.glob<string>(["../**/*.{ts,tsx}", "!../**/*.test.*"], { query: "?raw", import: "default", eager: true });

test("every language has every text", () => {
  for (const [language, messages] of Object.entries({ es, pt })) {
    expect(Object.keys(messages), language).toEqual(ids);
  }
  expect(Object.keys(LANGUAGES)).toEqual(["en", "es", "pt"]);
});

test("no text is its own id", () => {
  for (const messages of [en, es, pt]) {
    expect(Object.entries(messages).filter(([id, text]) => JSON.stringify(text).includes(id))).toEqual([]);
  }
});

test("every kind of step has a name", () => {
  expect(Object.keys(KINDS).filter((kind) => !(`kind.${kind}` in en))).toEqual([]);
});

test("the first language that the studio speaks is taken", () => {
  expect(preferred(["fr-FR", "pt-BR", "en"])).toBe("pt");
  expect(preferred(["es-AR"])).toBe("es");
  expect(preferred(["de"])).toBe("en");
});

/** Ids are written out where they are used, or begin with one of the families that are put together. */
test("every text that is named in the sources is there", () => {
  const families = new Set(ids.map((id) => id.split(".")[0]));
  const named = Object.values(SOURCES)
    .flatMap((source) => [...source.matchAll(/"([a-z]+)\.([a-z_0-9]+)"/g)].map(([, family, name]) => [family, `${family}.${name}`] as const))
    .filter(([family]) => families.has(family ?? ""))
    .map(([, id]) => id);
  expect(named.length).toBeGreaterThan(100);
  expect([...new Set(named)].filter((id) => !ids.includes(id))).toEqual([]);
});
