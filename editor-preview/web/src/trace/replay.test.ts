import { expect, test } from "vitest";

import type { SessionDetail } from "../api/sessions";
import { answerAt, entriesOf } from "./replay";

const SESSION: SessionDetail = {
  id: "c1.1",
  contact: { id: "c1", name: "Ana", phone: null },
  bot: "menu",
  bot_name: "Menu",
  version: "abc",
  number: 2,
  on: "message",
  started: Date.parse("2026-03-01T10:00:00Z"),
  active: null,
  ended: Date.parse("2026-03-01T10:05:00Z"),
  status: "completed",
  outcome: "completed",
  document: { steps: { ask: { type: "message" }, call: { type: "start_bot" }, bye: { type: "message" } } },
  turns: [
    { position: 7, at: "2026-03-01T10:00:00Z", event: "a", trace: [{ what: "started", bot: "menu" }, { what: "step", step: "ask", kind: "message" }] },
    {
      position: 9,
      at: "2026-03-01T10:05:00Z",
      event: "b",
      trace: [
        { what: "step", step: "call", kind: "start_bot" },
        { what: "step", step: "elsewhere", kind: "set" },
        { what: "step", step: "bye", kind: "message" },
        { what: "ended", outcome: "completed", status: "completed" },
      ],
    },
  ],
  chat: { html: "" },
};

test("each line of the trace stands at a step of the bot that is shown", () => {
  const entries = entriesOf(SESSION);
  expect(entries.map(({ position, step }) => [position, step])).toEqual([[7, null], [7, "ask"], [9, "call"], [9, "call"], [9, "bye"], [9, "bye"]]);
});

test("a preview of a moment holds what was done until then", () => {
  const entries = entriesOf(SESSION);
  const middle = answerAt(SESSION, entries, 2);
  expect(middle.session).toMatchObject({ step: "call", state: "waiting" });
  expect(middle.now).toBe("2026-03-01T10:05:00Z");
  expect(middle.turns.map(({ trace }) => trace.length)).toEqual([2, 1]);
  expect(answerAt(SESSION, entries, 5).session).toMatchObject({ step: "bye", state: "ended" });
  expect(answerAt({ ...SESSION, turns: [] }, [], -1)).toMatchObject({ session: null, turns: [], now: "2026-03-01T10:00:00.000Z" });
});
