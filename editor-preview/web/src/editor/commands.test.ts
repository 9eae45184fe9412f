// @vitest-environment jsdom
import { expect, test } from "vitest";

import { messages } from "../i18n/locales/en.po";
import { COMMANDS, commandOf, SECTIONS } from "./commands";
import { stepsOf } from "./document";
import { getAt, type JsonObject } from "./json";
import { isPressed, shownKeys } from "./keys";
import { groupsOf, notesOf } from "./layout";
import { createPreview } from "../preview/store";
import { createEditor } from "./store";

const bot: JsonObject = {
  start: "a",
  steps: { a: { type: "message", text: "A", next: "b" }, b: { type: "message", text: "B", next: "c" }, c: { type: "stop" } },
  layout: { steps: { a: { x: 0, y: 0 }, b: { x: 300, y: 40 }, c: { x: 700, y: 10 } } },
};
function editing(...selected: string[]) {
  const store = createEditor("sample", bot);
  const { store: rehearsal } = createPreview(store);
  store.getState().select(selected);
  const run = (id: string) => {
    const command = commandOf(id);
    expect(command.isEnabled(store.getState()), id).toBe(true);
    command.run(store.getState(), { preview: rehearsal.getState() });
  };
  return { store, run, document: () => store.getState().history.document };
}

test("every command has a name, a section and an id of its own, and every section and menu one", () => {
  expect(new Set(COMMANDS.map(({ id }) => id)).size).toBe(COMMANDS.length);
  expect(COMMANDS.filter(({ text }) => !(text in messages)).map(({ id }) => id)).toEqual([]);
  expect(SECTIONS.filter((section) => !(`section.${section}` in messages) || !COMMANDS.some((command) => command.section === section))).toEqual([]);
  expect([...new Set(COMMANDS.flatMap(({ menus }) => menus))].filter((of) => !(`menu.${of}` in messages))).toEqual([]);
});

test("no key means two things in one place", () => {
  const heard = COMMANDS.flatMap(({ id, keys }) => keys.map((key) => [key, id] as const));
  expect(new Set(heard.map(([key]) => key)).size).toBe(heard.length);
});

const pressed = (key: string, held: Partial<Record<"ctrlKey" | "metaKey" | "altKey" | "shiftKey", boolean>> = {}, code = "") => ({
  key,
  code,
  ctrlKey: false,
  metaKey: false,
  altKey: false,
  shiftKey: false,
  ...held,
});

test.each([
  ["Mod+Z", pressed("z", { ctrlKey: true }), true],
  ["Mod+Z", pressed("Z", { ctrlKey: true, shiftKey: true }), false],
  ["Mod+Shift+Z", pressed("Z", { metaKey: true, shiftKey: true }), true],
  ["C", pressed("c"), true],
  ["C", pressed("c", { ctrlKey: true }), false],
  ["Shift+L", pressed("L", { shiftKey: true }), true],
  ["+", pressed("+", { shiftKey: true }), true],
  ["/", pressed("/", { shiftKey: true }), true],
  ["1", pressed("1"), true],
  ["Alt+Shift+ArrowUp", pressed("ArrowUp", { altKey: true, shiftKey: true }), true],
  ["C", pressed("с", {}, "KeyC"), true],
])("%s is what was pressed, or not", (keys, event, is) => {
  expect(isPressed(keys, event)).toBe(is);
});

test("keys are shown as they stand on the keyboard", () => {
  expect([shownKeys("Mod+Shift+Z"), shownKeys("Alt+ArrowLeft"), shownKeys("+")]).toEqual([["Ctrl", "Shift", "Z"], ["Alt", "←"], ["+"]]);
});

test("several are moved, put in line and spread, each as one entry", () => {
  const { store, run, document } = editing("a", "b", "c");
  run("move_far_right");
  expect(getAt(document(), ["layout", "steps"])).toEqual({ a: { x: 100, y: 0 }, b: { x: 400, y: 40 }, c: { x: 800, y: 10 } });
  run("align_top");
  expect(getAt(document(), ["layout", "steps"])).toEqual({ a: { x: 100, y: 0 }, b: { x: 400, y: 0 }, c: { x: 800, y: 0 } });
  run("align_across");
  expect(getAt(document(), ["layout", "steps", "b", "x"])).toBe(450);
  store.getState().undo();
  store.getState().undo();
  store.getState().undo();
  expect(document()).toBe(bot);
});

test("steps are skipped or not all together", () => {
  const { run, document } = editing("a", "b");
  run("disable");
  expect([...stepsOf(document()).values()].map((step) => step.disabled)).toEqual([true, true, undefined]);
  run("disable");
  expect(document().steps).toEqual(bot.steps);
});

test("a group is made, collapsed, coloured, and taken apart; what it holds stays", () => {
  const { store, run, document } = editing("a", "b");
  run("group");
  expect(store.getState().asking).toEqual({ what: "group", id: "group_1" });
  expect(commandOf("group").isEnabled(store.getState())).toBe(false);
  run("collapse");
  run("color_pink");
  expect(groupsOf(document())[0]).toMatchObject({ steps: ["a", "b"], collapsed: true, color: "pink" });
  run("dissolve");
  expect([groupsOf(document()), document().steps]).toEqual([[], bot.steps]);
});

test("steps come into a group that is selected with them, and leave it by themselves", () => {
  const { store, run, document } = editing("a", "b");
  run("group");
  store.getState().select(["a", "b", "c"]);
  run("group");
  expect(groupsOf(document()).map(({ id, steps }) => [id, ...steps])).toEqual([["group_1", "a", "b", "c"]]);
  store.getState().select(["a"]);
  run("dissolve");
  expect(groupsOf(document()).map(({ steps }) => steps)).toEqual([["b", "c"]]);
});

test("a way that is selected is what is cut, and what is deleted", () => {
  for (const id of ["disconnect", "delete"]) {
    const { store, run, document } = editing();
    store.getState().selectWay({ step: "b", outcome: "next" });
    run(id);
    expect(document().steps).toEqual({ a: { type: "message", text: "A", next: "b" }, b: { type: "message", text: "B" }, c: { type: "stop" } });
  }
});

test("a note is written where it was made, and resized, and goes", () => {
  const { store, run, document } = editing();
  run("note");
  expect(store.getState().asking).toEqual({ what: "note", id: "note_1" });
  run("enlarge");
  expect(notesOf(document())[0]).toMatchObject({ width: 260, height: 140 });
  run("delete");
  expect(notesOf(document())).toEqual([]);
});

test("arrows go along the graph, over a whole group at once", () => {
  const { store, run } = editing("a", "b");
  run("go_right");
  expect([...store.getState().selected]).toEqual(["c"]);
  run("go_left");
  expect([...store.getState().selected]).toEqual(["b"]);
  run("go_start");
  expect([...store.getState().selected]).toEqual(["a"]);
});
