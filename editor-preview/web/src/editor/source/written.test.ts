import { expect, test } from "vitest";

import { setInStep } from "../edits";
import { getAt, type JsonObject } from "../json";
import { createEditor } from "../store";
import { marksOf } from "./marks";
import { readObject } from "./readJson";
import { canonical, discard, hasUntaken, isBehind, leave, take, write, writtenFor } from "./written";

const SCOPE = { step: "a" };

function editing() {
  const document: JsonObject = { start: "a", steps: { a: { type: "stop" }, b: { type: "stop" } } };
  const store = createEditor("sample", document);
  return { store, document, state: store.getState, step: () => getAt(store.getState().history.document, ["steps", "a"]) };
}

test("what can be read becomes the document, as one entry that is undone", () => {
  const { state, step, document } = editing();
  write(state(), SCOPE, '{"type": "stop", "outcome": "won"}');
  expect([step(), hasUntaken(state())]).toEqual([{ type: "stop" }, true]);
  take(state(), SCOPE);
  expect([step(), hasUntaken(state()), state().history.past.length]).toEqual([{ type: "stop", outcome: "won" }, false, 1]);
  // As it was written, until somebody leaves it.
  expect(writtenFor(state(), SCOPE)?.text).toBe('{"type": "stop", "outcome": "won"}');
  leave(state, SCOPE);
  expect(writtenFor(state(), SCOPE)).toBeUndefined();
  state().undo();
  expect(state().history.document).toBe(document);
});

test("what can't be read changes nothing, and is kept", () => {
  const { state, document } = editing();
  write(state(), SCOPE, '{"type": ');
  take(state(), SCOPE);
  leave(state, SCOPE);
  expect(state().history.document).toBe(document);
  expect(writtenFor(state(), SCOPE)?.text).toBe('{"type": ');
  discard(state(), SCOPE);
  expect(hasUntaken(state())).toBe(false);
});

test("another form of the same is no change", () => {
  const { state, document } = editing();
  write(state(), SCOPE, '{  "type" : "stop"}');
  take(state(), SCOPE);
  expect([state().history.document === document, state().history.past.length, hasUntaken(state())]).toEqual([true, 0, false]);
});

test("what was changed elsewhere meanwhile is overwritten only when somebody says so", () => {
  const { state, step } = editing();
  write(state(), SCOPE, '{"type": "stop", "close": true}');
  state().edit(setInStep("a", ["label"], "End"));
  take(state(), SCOPE);
  expect([step(), isBehind(state(), SCOPE)]).toEqual([{ type: "stop", label: "End" }, true]);
  take(state(), SCOPE, true);
  expect([step(), isBehind(state(), SCOPE)]).toEqual([{ type: "stop", close: true }, false]);
});

test("an undo elsewhere takes the text with it, and a step that is gone its own", () => {
  const { state } = editing();
  write(state(), SCOPE, '{"type": "stop", "close": true}');
  take(state(), SCOPE);
  state().undo();
  expect(writtenFor(state(), SCOPE)).toBeUndefined();
  write(state(), "bot", '{"start": "b", "steps": {"b": {"type": "stop"}}}');
  write(state(), SCOPE, "{");
  take(state(), "bot");
  expect([...Object.keys(state().history.document.steps as JsonObject)]).toEqual(["b"]);
  expect(hasUntaken(state())).toBe(false);
});

test("diagnostics stand at their place of the text, or at the nearest around it", () => {
  const step: JsonObject = { type: "message", buttons: [{ title: "A" }] };
  const marks = (scope: Parameters<typeof marksOf>[1], value: JsonObject, path: string) => {
    const source = canonical(value);
    const read = readObject(source);
    const places = read.fault ? new Map() : read.places;
    return marksOf([{ code: "c", severity: "error", step: "a", path, message: "m" }], scope, places).map(({ from, to, message }) => `${source.slice(from, to)} ${message}`);
  };
  expect(marks(SCOPE, step, "steps.a.buttons[0].title")).toEqual(['"A" m']);
  expect(marks("bot", { steps: { a: step } }, "steps.a.buttons[0].title")).toEqual(['"A" m']);
  expect(marks(SCOPE, step, "steps.a.buttons[0].goto")).toEqual(["{ m"]);
  expect(marks("bot", { steps: { a: step } }, "steps.a")).toEqual(['"a" m']);
  expect(marks(SCOPE, step, "steps.a")).toEqual(["{ m"]);
  expect(marks({ step: "b" }, step, "steps.a")).toEqual([]);
});
