import { expect, test } from "vitest";

import type { JsonObject } from "./json";
import { outcomesOf, reachable, shownOutcomes, withLink, withoutLink } from "./outcomes";

const shown = (step: JsonObject, selected = false) =>
  shownOutcomes(step, selected).map(({ label, target }) => `${"words" in label ? label.words : label.id} > ${target ?? "-"}`);

const ids = (step: JsonObject) => outcomesOf(step).map(({ id }) => id);

test("a message without options goes on, and one with options waits", () => {
  expect(shown({ type: "message", text: "Hi", next: "end" })).toEqual(["outcome.next > end"]);
  const asking: JsonObject = { type: "message", buttons: [{ id: "buy", title: "Buy", goto: "sell" }, { id: "help" }] };
  expect(shown(asking)).toEqual(["Buy > sell", "help > -", "outcome.next > -"]);
  expect(ids(asking)).toEqual(["buttons.0.goto", "buttons.1.goto", "next", "otherwise", "timeout.goto", "outside_window.goto", "failed"]);
  expect(ids({ type: "message" })).toEqual(["next", "outside_window.goto", "failed"]);
});

test("next is folded away where every option has a way of its own", () => {
  expect(shown({ type: "message", buttons: [{ title: "Buy", goto: "sell" }] })).toEqual(["Buy > sell"]);
});

test("rows, cards, branches, intents and alternatives are ways", () => {
  expect(shown({ type: "list", sections: [{ rows: [{ title: "A", goto: "a" }] }, { rows: [{ title: "B", goto: "b" }] }] })).toEqual(["A > a", "B > b"]);
  expect(shown({ type: "carousel", cards: [{ buttons: [{ title: "A", goto: "a" }, { title: "Page", url: "https://example.com" }] }] })).toEqual(["A > a"]);
  expect(shown({ type: "condition", branches: [{ when: "vars.x > 1", goto: "a" }, { when: "true", label: "Rest" }], otherwise: "b" })).toEqual([
    "vars.x > 1 > a",
    "Rest > -",
    "outcome.else > b",
  ]);
  expect(shown({ type: "split", options: [{ goto: "a" }, { goto: "b", label: "B" }] })).toEqual(["outcome.way > a", "B > b"]);
  expect(shown({ type: "ai_reply", tools: [{ name: "book", goto: "a" }, { name: "person", goto: "" }] }).slice(0, 2)).toEqual(["book > a", "person > -"]);
  expect(shown({ type: "ai_route", intents: [{ name: "buy", goto: "a" }] })).toEqual(["buy > a", "outcome.else > -", "outcome.failed > -"]);
  expect(shown({ type: "wait", for: [{ for: "message", goto: "a" }, { for: { delay: "2h" } }] })).toEqual(["message > a", "delay 2h > -", "outcome.next > -"]);
});

test("a template's fixed buttons lead nowhere", () => {
  expect(ids({ type: "template", buttons: [{}, { url_suffix: "x" }, { id: "yes", title: "Yes" }] })).toContain("buttons.2.goto");
  expect(ids({ type: "template", buttons: [{}, { url_suffix: "x" }] })).toEqual(["next", "failed"]);
});

test("calls show their error, ends what follows", () => {
  expect(shown({ type: "http", next: "a" })).toEqual(["outcome.next > a", "outcome.failed > -"]);
  expect(shown({ type: "handoff" })).toEqual(["outcome.resume > -"]);
  expect(shown({ type: "stop" })).toEqual([]);
  expect(shown({ type: "stop" }, true)).toEqual(["outcome.failed > -"]);
});

test("a kind that the studio does not know has the links that every step has", () => {
  expect(ids({ type: "hologram" })).toEqual(["next", "failed"]);
  expect(ids({})).toEqual(["next", "failed"]);
});

test("a way is connected and taken off where it stands", () => {
  const step = { type: "ask", text: "?", buttons: [{ id: "a", title: "A", synonyms: ["b"] }] };
  const [option, , , timeout] = outcomesOf(step);
  const linked = withLink(step, option!, "end");
  expect(linked).toEqual({ ...step, buttons: [{ id: "a", title: "A", synonyms: ["b"], goto: "end" }] });
  expect(withoutLink(linked, outcomesOf(linked)[0]!)).toEqual(step);
  expect(withLink(step, timeout!, "late")).toEqual({ ...step, timeout: { after: "24h", goto: "late" } });
  expect(withLink({ ...step, timeout: { until: "now" } }, timeout!, "late").timeout).toEqual({ until: "now", goto: "late" });
  expect(withoutLink({ ...step, timeout: { after: "2h", goto: "late" } }, timeout!)).toEqual(step);
});

test("what can be reached begins at the start, at triggers and at the defaults", () => {
  const steps = { a: { type: "message", next: "b" }, b: { type: "stop" }, c: { type: "stop" }, d: { type: "stop" }, lost: { type: "stop" } };
  const document = { start: "a", triggers: [{ on: "opt_out", start: "c" }], defaults: { failed: "d" }, steps };
  expect(reachable(document)).toEqual(["a", "c", "d", "b"]);
});
