import { expect, test } from "vitest";

import { addNew, onlyWay, openWay } from "./adding";
import { positionsOf, stepsOf } from "./document";
import { getAt } from "./json";
import { createEditor } from "./store";

const text = (id: string) => id;

test("a new step hangs on the open way of the one before it, stands right of it, and is undone at once", () => {
  const document = { start: "a", steps: { a: { type: "message", text: "Hi" } } };
  const editor = createEditor("sample", document);
  editor.getState().place(new Map([["a", { x: 40, y: 40 }]]));
  addNew(editor.getState(), "message", text, openWay(editor.getState(), "a"));
  const after = editor.getState();
  expect([...stepsOf(after.history.document).keys()]).toEqual(["a", "message"]);
  expect(getAt(after.history.document, ["steps", "a", "next"])).toBe("message");
  expect(positionsOf(after.history.document).get("message")).toEqual({ x: 384, y: 64 });
  expect([...after.selected]).toEqual(["message"]);
  after.undo();
  expect(editor.getState().history.document).toBe(document);
});

test("a step with one way that leads on takes what is added within it; where there are several ways nobody can know", () => {
  const document = { start: "a", steps: { a: { type: "message", text: "Hi", next: "b" }, b: { type: "stop" }, c: { type: "condition", branches: [{ when: "vars.x", goto: "b" }], otherwise: "b" } } };
  const editor = createEditor("sample", document).getState();
  expect(onlyWay(editor, "a")).toMatchObject({ step: "a", outcome: { id: "next", target: "b" } });
  expect(["b", "c", "nowhere", undefined].map((step) => onlyWay(editor, step))).toEqual([undefined, undefined, undefined, undefined]);
});
