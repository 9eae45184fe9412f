import { setupI18n } from "@lingui/core";
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";

import type { TraceLine } from "../api/previews";
import { messages as en } from "../i18n/locales/en.po";
import { messages as es } from "../i18n/locales/es.po";
import { messages as pt } from "../i18n/locales/pt.po";
import type { Phrases } from "../i18n/phrases";
import { sentenceOf, type Words } from "./sentences";

const NAMES: Readonly<Record<string, string>> = { ask: "Which one?", bye: "Thanks" };

function words(locale: string, messages: typeof en, phrases: Phrases = (english) => english): Words {
  const i18n = setupI18n({ locale, messages: { [locale]: messages } });
  return { text: (id, values) => i18n._(id, values), phrases, stepName: (id) => NAMES[id] ?? id };
}

/** One line of each kind that turns write. */
const LINES: readonly TraceLine[] = [
  { what: "started", bot: "menu", version: "abc", on: "message" },
  { what: "moved", bot: "menu", from: "abc", to: "def" },
  { what: "not_started", bot: "menu", reason: "another session listens" },
  { what: "step", step: "ask", kind: "ask" },
  { what: "skipped", step: "ask" },
  { what: "branch", step: "ask", to: "bye", why: "the customer chose \"A\"" },
  { what: "branch", step: "ask", why: "no condition holds" },
  { what: "evaluated", expression: "vars.n > 1", value: false },
  { what: "set", path: "vars.n", value: { a: 1 } },
  { what: "sent", entry: 3 },
  { what: "called", entry: 4 },
  {
    what: "asked",
    step: "ask",
    asked: { model: "small", tokens: { prompt: 1234, answer: 56 }, tries: 2, took: 1240, cost: { millionths: 219, currency: "USD" } },
  },
  { what: "asked", step: "ask", asked: { model: "small", tries: 1, took: 900, cost: { millionths: 1500000, currency: "BRL" } } },
  { what: "asked", step: "ask", asked: { model: "small", tries: 1, took: 900 } },
  { what: "waiting", step: "ask", why: "for the customer's answer" },
  { what: "failed", step: "ask", name: "timeout", text: "no answer came" },
  { what: "understood", text: "two, please" },
  { what: "not_understood", why: "nothing was said in it" },
  { what: "ignored", reason: "a repeat" },
  { what: "ended", outcome: "completed", status: "completed" },
  { what: "ended", outcome: "sold", status: "completed" },
];

const said = (known: Words) => LINES.map((line) => sentenceOf(line, known)).map(({ said, more }) => (more === "" ? said : `${said} · ${more}`));

test("each kind of line is a sentence with the names of steps", () => {
  expect(said(words("en", en))).toEqual([
    "The bot menu starts · Message",
    "Goes on in another version of the bot",
    "The bot menu does not start · another session listens",
    "Comes to Which one? · Question",
    "Skips Which one?, which is disabled",
    "Goes from Which one? to Thanks · the customer chose \"A\"",
    "Goes from Which one? to no step · no condition holds",
    "vars.n > 1 is false",
    "Saves {\"a\":1} in vars.n",
    "Sends a message",
    "Calls another system",
    "Which one? asks the model small · 1234 + 56 tokens · 0.000219 USD · 1.2 s · 2 tries",
    "Which one? asks the model small · 0 + 0 tokens · 1.50 BRL · 0.9 s",
    "Which one? asks the model small · 0 + 0 tokens · 0.9 s",
    "Waits at Which one? · for the customer's answer",
    "Which one? fails: timeout · no answer came",
    "Voice note understood as · two, please",
    "Voice note without text · nothing was said in it",
    "Changes nothing · a repeat",
    "Ends · Completed",
    "Ends · Completed, sold",
  ]);
});

test("no kind of line is left out, in no language", () => {
  const [, kinds = ""] = /pub enum Traced \{(.*?)\n\}/s.exec(readFileSync("../../steps/src/trace.rs", "utf8")) ?? [];
  const named = [...kinds.matchAll(/^ {4}([A-Z]\w+)/gm)].map(([, name = ""]) => name.replace(/(?<!^)[A-Z]/g, "_$&").toLowerCase());
  expect([...new Set(LINES.map(({ what }) => what))]).toEqual(named);
  for (const known of [words("es", es), words("pt", pt)]) {
    expect(said(known).filter((line) => /\b(trace|trigger|kind|sessions)\.[a-z_]+/.test(line))).toEqual([]);
  }
});

test("a kind that the studio does not know is shown as it is", () => {
  expect(sentenceOf({ what: "dreamed", of: "sheep" }, words("en", en))).toEqual({ said: "dreamed", more: "of: sheep" });
});

test("a reason of the server's is said in the studio's language", () => {
  const said = words("es", es, (english) => (english === "no condition holds" ? "ninguna condición se cumple" : english));
  expect(sentenceOf({ what: "branch", step: "ask", why: "no condition holds" }, said).more).toBe("ninguna condición se cumple");
  expect(sentenceOf({ what: "set", path: "vars.n", value: "no condition holds" }, said).said).toContain("no condition holds");
});
