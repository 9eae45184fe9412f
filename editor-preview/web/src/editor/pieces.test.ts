import { expect, test } from "vitest";

import { stepsOf } from "./document";
import { getAt, type JsonObject } from "./json";
import { copyPiece, pastePiece, readPiece } from "./pieces";

const from: JsonObject = {
  steps: {
    menu: { type: "message", text: "Hi", buttons: [{ id: "a", title: "A", goto: "menu_2" }, { id: "b", title: "B", goto: "end" }], next: "lost", x_future: 1 },
    menu_2: { type: "ask", text: "?", next: "menu", timeout: { after: "2h", goto: "far" } },
    end: { type: "stop" },
  },
  translations: { es: { "menu.text": "Hola", "menu.buttons.a.title": "Ah", "end.label": "Fin" } },
  layout: { groups: [{ id: "group_1", title: "Both", color: "blue", steps: ["menu", "menu_2"] }], notes: [{ id: "note_1", x: 0, y: 200, text: "Look" }] },
};
const places = new Map([["menu", { x: 100, y: 50 }], ["menu_2", { x: 400, y: 90 }]]);
const piece = () => readPiece(copyPiece(from, places, new Set(["menu", "menu_2"]), new Set(["note_1"])))!;

test("what lies between copied steps comes along, under ids that are free", () => {
  const into: JsonObject = { start: "menu", steps: { menu: { type: "stop" }, end: { type: "stop", outcome: "done" } }, translations: { es: { "menu.label": "Menú" } } };
  const { edit, steps, notes } = pastePiece(into, piece(), { x: 1_000, y: 1_000 });
  const after = edit(into);
  expect([...stepsOf(after).keys()]).toEqual(["menu", "end", "menu_3", "menu_2"]);
  expect(getAt(after, ["steps", "menu"])).toBe(getAt(into, ["steps", "menu"]));
  // The link inside goes to the copy; the one to a step that is here, too, is kept; those to steps that are nowhere go.
  expect(getAt(after, ["steps", "menu_3"])).toEqual({
    type: "message",
    text: "Hi",
    buttons: [{ id: "a", title: "A", goto: "menu_2" }, { id: "b", title: "B", goto: "end" }],
    x_future: 1,
  });
  expect(getAt(after, ["steps", "menu_2"])).toEqual({ type: "ask", text: "?", next: "menu_3" });
  expect(after.translations).toEqual({ es: { "menu.label": "Menú", "menu_3.text": "Hola", "menu_3.buttons.a.title": "Ah" } });
  expect(getAt(after, ["layout", "steps"])).toEqual({ menu_3: { x: 1_100, y: 1_000 }, menu_2: { x: 1_400, y: 1_040 } });
  expect(getAt(after, ["layout", "groups"])).toEqual([{ id: "group_1", title: "Both", color: "blue", steps: ["menu_3", "menu_2"] }]);
  expect(getAt(after, ["layout", "notes", 0, "text"])).toBe("Look");
  expect([[...steps], [...notes]]).toEqual([["menu_3", "menu_2"], ["note_1"]]);
});

test("the JSON of one step is a piece, and so is a bot; another text is none", () => {
  expect([...stepsOf(readPiece('{"type": "http", "url": "https://example.com"}')!.document).keys()]).toEqual(["http"]);
  expect([...stepsOf(readPiece(JSON.stringify(from))!.document).keys()]).toEqual(["menu", "menu_2", "end"]);
  for (const text of ["", "hello", "[]", "{}", "42", '{"steps": {}}', '{"steps": {"a": {"text": "no kind"}}}']) {
    expect(readPiece(text), text).toBeUndefined();
  }
});

test("in a bot without steps the first one that comes is the start", () => {
  const empty: JsonObject = { steps: {} };
  expect(pastePiece(empty, piece(), { x: 0, y: 0 }).edit(empty).start).toBe("menu");
});
