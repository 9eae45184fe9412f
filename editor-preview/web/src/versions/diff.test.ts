import { expect, test } from "vitest";

import type { JsonObject } from "../editor/json";
import { diffDocuments, isUnchanged } from "./diff";
import { wordDiff } from "./words";

const BOT: JsonObject = {
  format: 1,
  name: "Menu",
  start: "ask",
  triggers: [{ on: "message", keywords: ["hi"] }],
  steps: {
    ask: { type: "message", text: "What do you need?", buttons: [{ id: "a", title: "Prices", goto: "bye" }, { id: "b", title: "Hours" }] },
    bye: { type: "message", text: "Bye" },
  },
  layout: { steps: { ask: { x: 0, y: 0 }, bye: { x: 300, y: 0 } } },
};

/** The bot with some of its keys replaced. */
function changed(change: (bot: JsonObject & { steps: Record<string, JsonObject> }) => void): JsonObject {
  const copy = structuredClone(BOT) as JsonObject & { steps: Record<string, JsonObject> };
  change(copy);
  return copy;
}

test("a document does not differ from itself, however its keys are ordered", () => {
  const turned = Object.fromEntries(Object.entries(BOT).toReversed());
  expect(diffDocuments(BOT, turned)).toEqual({ steps: [], bot: [], moved: 0 });
});

test("steps come, go and change", () => {
  const after = changed(({ steps }) => {
    steps.new = { type: "stop" };
    delete steps.bye;
    steps.ask!.text = "What do you want?";
  });
  const { steps } = diffDocuments(BOT, after);
  expect(steps.map(({ id, before, after: now }) => [id, Boolean(before), Boolean(now)])).toEqual([["ask", true, true], ["new", false, true], ["bye", true, false]]);
  expect(steps[0]?.changes).toEqual([{ path: ["text"], before: "What do you need?", after: "What do you want?" }]);
});

test("a button that came in between does not change those behind it", () => {
  const buttons = (BOT.steps as { ask: { buttons: JsonObject[] } }).ask.buttons;
  const after = changed(({ steps }) => (steps.ask!.buttons = [buttons[0]!, { title: "Person" }, buttons[1]!]));
  expect(diffDocuments(BOT, after).steps[0]?.changes).toEqual([{ path: ["buttons", 1], before: undefined, after: { title: "Person" } }]);
});

test("a button that went keeps the number that it had", () => {
  const buttons = (BOT.steps as { ask: { buttons: JsonObject[] } }).ask.buttons;
  const after = changed(({ steps }) => (steps.ask!.buttons = [buttons[0]!]));
  expect(diffDocuments(BOT, after).steps[0]?.changes).toEqual([{ path: ["buttons", 1], before: { id: "b", title: "Hours" }, after: undefined }]);
});

test("a button that was changed is told by its keys", () => {
  const after = changed(({ steps }) => ((steps.ask!.buttons as JsonObject[])[0] = { id: "a", title: "Price list", goto: "ask" }));
  expect(diffDocuments(BOT, after).steps[0]?.changes.map(({ path }) => path)).toEqual([["buttons", 0, "title"], ["buttons", 0, "goto"]]);
});

test("keys of the bot stand apart, and cards that moved are only counted", () => {
  const after = changed((bot) => {
    bot.name = "Main menu";
    (bot.triggers as JsonObject[])[0]!.keywords = ["hi", "hello"];
    bot.layout = { steps: { ask: { x: 0, y: 0 }, bye: { x: 300, y: 90 } } };
  });
  const diff = diffDocuments(BOT, after);
  expect(diff.bot).toEqual([
    { path: ["name"], before: "Menu", after: "Main menu" },
    { path: ["triggers", 0, "keywords", 1], before: undefined, after: "hello" },
  ]);
  expect([diff.steps, diff.moved]).toEqual([[], 1]);
  expect(isUnchanged(diff)).toBe(false);
  expect(isUnchanged(diffDocuments(BOT, changed((bot) => delete bot.layout)))).toBe(true);
});

test("words that went and came are marked, and nothing is lost", () => {
  expect(wordDiff("What do you need?", "What do you want today?")).toEqual([
    { what: "same", text: "What do you " },
    { what: "removed", text: "need" },
    { what: "added", text: "want today" },
    { what: "same", text: "?" },
  ]);
  const [before, after] = ["¡Hola! 😀 uno", "Hola 😀 dos\ntres"];
  const pieces = wordDiff(before, after);
  const without = (gone: string) => pieces.filter(({ what }) => what !== gone).map(({ text }) => text).join("");
  expect([without("added"), without("removed")]).toEqual([before, after]);
});

test("very long texts are told as replaced, not compared word by word", () => {
  const [before, after] = ["a ".repeat(3_000).trim(), "b ".repeat(3_000).trim()];
  expect(wordDiff(before, after).map(({ what }) => what)).toEqual(["removed", "added"]);
});
