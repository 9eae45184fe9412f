import { expect, test } from "vitest";

import { positionsOf, stepsOf } from "./document";
import { addStep, changeId, connect, deleteSteps, moveSteps, setInStep } from "./edits";
import { getAt, isSame, type JsonObject } from "./json";
import { outcomesOf } from "./outcomes";
import { createEditor } from "./store";

/** A bot with things in it that the studio knows nothing of. */
function sample(): JsonObject {
  return {
    $schema: "bot.schema.json",
    name: "Sample",
    start: "welcome",
    steps: {
      welcome: { type: "message", text: "Hi", buttons: [{ id: "buy", title: "Buy", goto: "ask_email" }], x_future: [1, { deep: null }], timeout: { after: "2h", goto: "end" } },
      ask_email: { type: "ask", text: "E-mail?", next: "end" },
      end: { type: "stop" },
    },
    triggers: [{ on: "message", any: true, start: "end" }],
    translations: { es: { "welcome.text": "Hola", "end.label": "Fin" } },
    layout: { steps: { welcome: { x: 1, y: 2, pinned: true } }, groups: [{ title: "G" }], notes: [] },
    meta: { importer: { "10": 1, "2": "b", "": 1.5e300, "__proto__": 1 } },
  };
}

const document = (editor: ReturnType<typeof createEditor>) => editor.getState().history.document;

test("a document that nobody changes is the same one", () => {
  const given = sample();
  expect(document(createEditor("sample", given))).toBe(given);
});

test("a change touches nothing beside it, and undo gives back the very same document", () => {
  const given = sample();
  const editor = createEditor("sample", given);
  const before = JSON.stringify(given);
  editor.getState().edit(setInStep("ask_email", ["text"], "Your e-mail?"));
  const changed = document(editor);
  expect(getAt(changed, ["steps", "welcome"])).toBe(getAt(given, ["steps", "welcome"]));
  expect(changed.meta).toBe(given.meta);
  expect(JSON.stringify(changed)).toBe(before.replace("E-mail?", "Your e-mail?"));
  editor.getState().undo();
  expect(document(editor)).toBe(given);
  editor.getState().redo();
  expect(document(editor)).toBe(changed);
});

test("a change that takes away nothing of what is selected leaves the selection the same", () => {
  const editor = createEditor("sample", sample());
  editor.getState().select(["welcome", "end"]);
  const { selected, selectedNotes, edit } = editor.getState();
  edit(setInStep("welcome", ["text"], "Hello"));
  expect(editor.getState().selected).toBe(selected);
  expect(editor.getState().selectedNotes).toBe(selectedNotes);
  edit(deleteSteps(new Set(["end"])));
  expect([...editor.getState().selected]).toEqual(["welcome"]);
});

test("what is typed in one go is undone in one go", () => {
  const editor = createEditor("sample", sample());
  const { edit, endGesture, undo } = editor.getState();
  for (const text of ["A", "Ab", "Abc"]) {
    edit(setInStep("welcome", ["label"], text), "welcome.label");
  }
  endGesture();
  edit(setInStep("welcome", ["label"], "Abcd"), "welcome.label");
  expect(editor.getState().history.past).toHaveLength(2);
  undo();
  expect(getAt(document(editor), ["steps", "welcome", "label"])).toBe("Abc");
  undo();
  expect(document(editor)).toEqual(sample());
});

test("a change that changes nothing is no entry", () => {
  const editor = createEditor("sample", sample());
  editor.getState().edit((same) => same);
  expect(editor.getState().history.past).toHaveLength(0);
});

test("the first move keeps the places of all steps, and undo none", () => {
  const editor = createEditor("sample", sample());
  editor.getState().place(new Map([["ask_email", { x: 10, y: 10 }], ["end", { x: 20, y: 20 }], ["welcome", { x: 0, y: 0 }]]));
  expect(editor.getState().history.past).toHaveLength(0);
  editor.getState().move(new Map([["end", { x: 300.4, y: 5 }]]));
  expect(Object.fromEntries(positionsOf(document(editor)))).toEqual({ welcome: { x: 1, y: 2 }, ask_email: { x: 10, y: 10 }, end: { x: 300, y: 5 } });
  expect(getAt(document(editor), ["layout", "steps", "welcome", "pinned"])).toBe(true);
  editor.getState().undo();
  expect(document(editor)).toEqual(sample());
});

test("a step goes with all that names it", () => {
  const changed = deleteSteps(new Set(["end"]))(sample());
  expect([...stepsOf(changed).keys()]).toEqual(["welcome", "ask_email"]);
  expect(getAt(changed, ["steps", "ask_email"])).toEqual({ type: "ask", text: "E-mail?" });
  expect(getAt(changed, ["steps", "welcome", "timeout"])).toBeUndefined();
  expect(changed.triggers).toEqual([{ on: "message", any: true }]);
  expect(changed.translations).toEqual({ es: { "welcome.text": "Hola" } });
});

test("a new step follows the way that it was added at", () => {
  const given = sample();
  const [, next] = outcomesOf(stepsOf(given).get("welcome")!);
  const changed = addStep("message", { type: "message", text: "New" }, { step: "welcome", outcome: next! })(given);
  expect(getAt(changed, ["steps", "welcome", "next"])).toBe("message");
  expect(addStep("first", { type: "stop" })({}).start).toBe("first");
});

test("connecting is undone with the place of the link", () => {
  const editor = createEditor("sample", sample());
  const welcome = stepsOf(document(editor)).get("welcome")!;
  editor.getState().edit(connect("welcome", outcomesOf(welcome)[0]!, "end"));
  expect(getAt(document(editor), ["steps", "welcome", "buttons", 0])).toEqual({ id: "buy", title: "Buy", goto: "end" });
  editor.getState().undo();
  expect(document(editor)).toEqual(sample());
});

test("edits of what is not there make it, or nothing", () => {
  expect(moveSteps(new Map([["a", { x: 1, y: 2 }]]))({ layout: "?" })).toEqual({ layout: { steps: { a: { x: 1, y: 2 } } } });
  expect(deleteSteps(new Set(["nobody"]))({ steps: [] })).toEqual({ steps: [] });
  expect(isSame({ a: 1, b: [2] }, { b: [2], a: 1 })).toBe(true);
  expect(isSame({ a: 1 }, { a: 1, b: undefined as never })).toBe(false);
});

test("a step's other id stands wherever the step is named, and is undone at once", () => {
  const given = sample();
  const editor = createEditor("sample", given);
  editor.getState().edit(changeId("end", "goodbye"));
  const changed = document(editor);
  expect(Object.keys(changed.steps as JsonObject)).toEqual(["welcome", "ask_email", "goodbye"]);
  expect(getAt(changed, ["steps", "welcome", "timeout", "goto"])).toBe("goodbye");
  expect(getAt(changed, ["steps", "ask_email", "next"])).toBe("goodbye");
  expect(getAt(changed, ["triggers", 0, "start"])).toBe("goodbye");
  expect(getAt(changed, ["translations", "es"])).toEqual({ "welcome.text": "Hola", "goodbye.label": "Fin" });
  expect(JSON.stringify(changed)).not.toContain('"end');
  editor.getState().edit(changeId("welcome", "hello"));
  expect(getAt(document(editor), ["start"])).toBe("hello");
  expect(getAt(document(editor), ["layout", "steps", "hello"])).toEqual({ x: 1, y: 2, pinned: true });
  editor.getState().edit(changeId("hello", "goodbye"));
  expect(getAt(document(editor), ["start"])).toBe("hello");
  editor.getState().undo();
  editor.getState().undo();
  expect(document(editor)).toBe(given);
});
