// @vitest-environment jsdom
import { expect, test } from "vitest";

import type { SessionDetail } from "../api/sessions";
import { createViewer } from "../editor/store";
import { walkOf } from "../preview/moments";
import { answerOf, createReplay, entriesOf } from "./replay";

const SESSION: SessionDetail = {
  id: "c1.1",
  contact: { id: "c1", name: "Ana", phone: null },
  bot: "menu",
  bot_name: "Menu",
  business_number: "100",
  version: "abc",
  number: 2,
  on: "message",
  started: Date.parse("2026-03-01T10:00:00Z"),
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
  has_earlier: false,
  chat: { html: "" },
};

test("each entry of the trace is a moment of its turn", () => {
  expect(entriesOf(SESSION).map(({ moment, at, what }) => [moment.line, moment.entry, at.slice(14, 16), what.what])).toEqual([
    [7, 0, "00", "started"],
    [7, 1, "00", "step"],
    [9, 0, "05", "step"],
    [9, 1, "05", "step"],
    [9, 2, "05", "step"],
    [9, 3, "05", "ended"],
  ]);
});

test("a session that happened is walked through as one that is rehearsed", () => {
  const answer = answerOf(SESSION);
  const walked = entriesOf(SESSION).map(({ moment }) => walkOf(answer, moment));
  expect(walked.map(({ current }) => current)).toEqual([null, "ask", "call", "elsewhere", "bye", "bye"]);
  expect([...(walked.at(-1)?.taken ?? [])]).toEqual(["ask call", "call elsewhere", "elsewhere bye"]);
  expect(answer.now).toBe("2026-03-01T10:05:00Z");
  expect(answerOf({ ...SESSION, turns: [] })).toMatchObject({ session: null, turns: [], now: "2026-03-01T10:00:00.000Z" });
});

test("nothing that is done to a replay changes it", () => {
  const replay = createReplay(createViewer("menu", SESSION.document ?? {}));
  const answer = answerOf(SESSION);
  replay.setState({ answer });
  replay.getState().say("hello");
  expect(replay.getState().answer).toBe(answer);
});
