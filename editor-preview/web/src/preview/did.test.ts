import { setupI18n } from "@lingui/core";
import { expect, test } from "vitest";

import type { Line } from "../api/previews";
import { messages } from "../i18n/locales/en.po";
import type { Words } from "../trace/sentences";
import { CUSTOMER_ACTIONS, DELIVERY_ACTIONS, PEOPLE_ACTIONS } from "./actions";
import { begin } from "./answers";
import { didText } from "./did";

const i18n = setupI18n({ locale: "en", messages: { en: messages } });
const words: Words = { text: (id, values) => i18n._(id, values), phrases: (english) => english, stepName: (id) => (id === "ask" ? "Which one?" : id) };

test("what was done is told in words", () => {
  const lines: readonly (Line | undefined)[] = [
    { customer: "hola" },
    { customer: { tap: "Prices" } },
    { customer: { again: true } },
    { pass: "2h" },
    { start: { on: "preview" } },
    { start: { on: "preview", step: "ask" } },
    { reply: { status: 200 } },
    { status: { failed: 131026 } },
    { fail_next: 131026 },
    { agent: { handoff: { team: "sales" } } },
    { agent: "Hi, Ana here" },
    { set: { "vars.n": 2 } },
    undefined,
  ];
  expect(lines.map((line) => didText(line, words))).toEqual([
    "Customer: hola",
    "Customer taps “Prices”",
    "Deliver the customer’s last message again (repeated webhook)",
    "Time passes: 2h",
    "Started: In the preview",
    "Started at Which one?",
    "Another system answers",
    "Last message failed (131026)",
    "The next message will fail (131026)",
    "Handed off to sales",
    "Agent: Hi, Ana here",
    "Set by hand: vars.n is 2",
    "",
  ]);
});

test("all that can be done to a bot has words", () => {
  const actions = [...CUSTOMER_ACTIONS, ...DELIVERY_ACTIONS, ...PEOPLE_ACTIONS].filter(({ line }) => line !== null);
  const told = actions.map(({ id, fields, line }) => [id, didText(line?.(begin(fields)), words)]);
  expect(told.filter(([, did = ""]) => did === "" || /[{}[\]]|\b(act|did)\.[a-z_]+/.test(did))).toEqual([]);
  expect(told.length).toBeGreaterThan(15);
});
