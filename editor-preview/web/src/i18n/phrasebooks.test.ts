/** Whether the phrasebooks hold what the server says: what its own tests and its reference pages show of it. */
import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";

import { readSchema } from "../editor/inspector/schema";
import type { JsonObject } from "../editor/json";
import { loadCatalogue } from "./catalogues";
import { gapsOf, type Phrasebook, phrasesOf } from "./phrases";

const BOOKS: Record<string, Phrasebook> = { es: (await loadCatalogue("es")).phrases, pt: (await loadCatalogue("pt")).phrases };
const ROOT = "../../";

/** The sentences that a language has no words for. */
function missing(sentences: Iterable<string>): Record<string, string[]> {
  const all = [...new Set(sentences)];
  expect(all.length).toBeGreaterThan(0);
  return Object.fromEntries(
    Object.entries(BOOKS).map(([language, book]) => {
      const say = phrasesOf(book);
      return [language, all.filter((sentence) => !(sentence in book) && say(sentence) === sentence)];
    }),
  );
}
const NONE = { es: [], pt: [] };

/** The cases in a folder of the checker's or the steps' tests. */
function casesIn<T>(folder: string): T[] {
  return readdirSync(`${ROOT}${folder}`).flatMap((name) => JSON.parse(readFileSync(`${ROOT}${folder}/${name}`, "utf8")) as T[]);
}

/** The strings of Rust code that a pattern finds, with their gaps filled. */
function* stringsOf(file: string, pattern: RegExp): Iterable<string> {
  const [code = ""] = readFileSync(`${ROOT}${file}`, "utf8").split("#[cfg(test)]");
  for (const [, string = ""] of code.matchAll(pattern)) {
    const text = string.replace(/\\\n\s*/g, "").replace(/\\"/g, '"');
    const filled = text.replace(/\{[a-zA-Z_.]*:\?\}/g, '"x"').replace(/\{[a-zA-Z_.]*\}/g, "x");
    // Gaps alone say nothing by themselves.
    if (/[a-z]{2}/.test(filled)) {
      yield filled;
    }
  }
}

function rustIn(folder: string): string[] {
  return readdirSync(`${ROOT}${folder}`, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".rs") && !/(^|[/\\])(tests|cases|testing)\b/.test(name))
    .map((name) => `${folder}/${name}`);
}

test("both languages hold the same phrases, in the order of their English, each with its gaps", () => {
  const { es = {}, pt = {} } = BOOKS;
  expect(Object.keys(es)).toEqual(Object.keys(pt));
  for (const book of [es, pt]) {
    expect(Object.keys(book)).toEqual(Object.keys(book).toSorted());
    expect(Object.entries(book).filter(([english, said]) => said.trim() === "" || `${gapsOf(english)}` !== `${gapsOf(said)}`)).toEqual([]);
    // A gap alone would be everything.
    expect(Object.keys(book).filter((english) => english.replace(/\{[a-z_]+\}/g, "").trim() === "")).toEqual([]);
  }
});

test("what is code stays as it is", () => {
  const codeOf = (phrase: string) => phrase.split("`").filter((_, index) => index % 2 === 1).toSorted();
  for (const [language, book] of Object.entries(BOOKS)) {
    expect(Object.entries(book).filter(([english, said]) => `${codeOf(english)}` !== `${codeOf(said)}`), language).toEqual([]);
  }
});

test("every description of the bot's language is known", () => {
  const described = new Set<string>();
  const schema = JSON.parse(readFileSync(`${ROOT}docs/reference/bot.schema.json`, "utf8")) as JsonObject;
  readSchema(schema, (english) => {
    described.add(english);
    return english;
  });
  described.delete("");
  expect(missing(described)).toEqual(NONE);
});

test("every sentence that the checker's cases show is known", () => {
  const lines = casesIn<{ expected: string[] }>("steps/src/check/testdata").flatMap(({ expected }) => expected);
  const sentences = lines.flatMap((line) => {
    const [message = "", ...more] = line.slice(line.indexOf("»: ") + 3).split(" | ");
    // What was meant is the studio's own sentence, and a word of the bot alone is code.
    const help = more.map((part) => part.replace(/^(did you mean `[^`]*`\?\s*|expected )/, ""));
    return [message, ...help.filter((part) => !/^(`[^`]*`)?$/.test(part))];
  });
  expect(missing(sentences)).toEqual(NONE);
});

test("every reason that the steps' cases show is known", () => {
  type Case = { expected: { why?: string[]; next?: { failed?: { text: string } } } };
  const reasons = casesIn<Case>("steps/src/step/testdata").flatMap(({ expected: { why = [], next }, ...given }) => {
    const said = [...why.map((line) => line.replace(/^[a-z0-9_]+: /, "")), ...(next?.failed ? [next.failed.text] : [])];
    // What a case puts in is not the program's.
    return said.filter((text) => !JSON.stringify(given).includes(JSON.stringify(text)));
  });
  expect(missing(reasons)).toEqual(NONE);
});

test("every way, failure and silence of the runtime is known", () => {
  const spoken = /(?:Failure::new\(\s*"\w+",|\.branch\([^"]*?,|\.ignore\()\s*(?:&?format!\()?\s*"((?:[^"\\]|\\.)*)"/gs;
  const sentences = [...rustIn("steps/src"), ...rustIn("runtime/interpreter/src")].flatMap((file) => [...stringsOf(file, spoken)]);
  expect(missing(sentences)).toEqual(NONE);
});

test("every check of the connection and every cure is known", () => {
  const details = stringsOf("runtime/server/src/api/connection.rs", /"([A-Z0-9{](?:[^"\\]|\\.)*\.)"/gs);
  const cures = readFileSync(`${ROOT}docs/reference/errors-whatsapp.md`, "utf8")
    .split("\n")
    .filter((line) => /^\| [\d–]+ \|/.test(line))
    .flatMap((line) => line.split(" | ").slice(3).map((cell) => cell.replace(/ \|$/, "")));
  expect(cures.length).toBeGreaterThan(100);
  expect(missing([...details, ...cures])).toEqual(NONE);
});

test("every sentence of an import from Kommo is known", () => {
  const told = /(?:(?:remark|find|unconfirmed|unsupported|unsupported_with)\((?:[^"();]|\(\))*|let message =\s*(?:format!\()?|Kind::\w+ =>\s*)\s*"((?:[^"\\]|\\.)*)"/gs;
  const files = rustIn("steps/src/import/kommo").filter((file) => !file.includes("/export/"));
  // Keys are no sentences; and one is put together of two.
  const sentences = files.flatMap((file) => [...stringsOf(file, told)]).filter((text) => text.includes(" ") && !text.startsWith("x texts"));
  expect(sentences.length).toBeGreaterThan(60);
  expect(missing(sentences)).toEqual(NONE);
});
