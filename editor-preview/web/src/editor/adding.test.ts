import { expect, test } from "vitest";

import { addNew, openWay } from "./adding";
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
