import { expect, test } from "vitest";

import { deleteSteps, together } from "./edits";
import { getAt, type JsonObject } from "./json";
import { addGroup, addNote, changeGroup, changeNote, exitsOf, freshLayoutId, groupOf, groupSelected, groupsOf, joinGroup, NOTE_SIZE, notesOf, removeNotes, withoutMembers } from "./layout";

const bot: JsonObject = {
  steps: { a: { type: "message", next: "b" }, b: { type: "message", next: "c" }, c: { type: "stop" } },
  layout: { groups: [{ id: "group_1", title: "One", steps: ["a", "b", "gone"], pinned: true }, { title: "No id", steps: ["b", "c"] }], notes: [{ text: "Hi", x: 5 }], zoom: 2 },
};

test("what is written by hand is read as far as it goes", () => {
  expect(groupsOf(bot)).toEqual([
    { id: "group_1", title: "One", color: "yellow", steps: ["a", "b"], collapsed: false },
    { id: "1", title: "No id", color: "yellow", steps: ["c"], collapsed: false },
  ]);
  expect(notesOf(bot)).toEqual([{ id: "0", x: 5, y: 0, ...NOTE_SIZE, text: "Hi", color: "yellow" }]);
  expect(groupsOf({ steps: {}, layout: { groups: "none", notes: 3 } })).toEqual([]);
  expect(notesOf({ layout: [] })).toEqual([]);
});

test("a step belongs to one group, and a group that held nothing else goes with its last step", () => {
  const grouped = addGroup({ id: "group_2", title: "", color: "blue", steps: ["a", "c"], collapsed: false })(bot);
  expect(groupsOf(grouped).map(({ id, steps }) => [id, ...steps])).toEqual([["group_1", "b"], ["group_2", "a", "c"]]);
  const deleted = deleteSteps(new Set(["b"]))(grouped);
  expect(groupsOf(deleted).map(({ id }) => id)).toEqual(["group_2"]);
  expect(groupSelected(deleted, new Set(["a", "c"]))?.id).toBe("group_2");
  expect(groupSelected(deleted, new Set(["a"]))).toBeUndefined();
  expect(groupOf(joinGroup("b", "a")(grouped), "b")?.id).toBe("group_2");
});

test("what the studio does not know survives a change", () => {
  const changed = together(changeGroup("group_1", { collapsed: true, color: "pink" }), changeNote("0", { text: "Bye" }))(bot);
  expect(getAt(changed, ["layout", "groups", 0])).toEqual({ id: "group_1", title: "One", steps: ["a", "b", "gone"], pinned: true, collapsed: true, color: "pink" });
  expect(getAt(changed, ["layout", "notes", 0])).toEqual({ text: "Bye", x: 5 });
  expect(getAt(changed, ["layout", "zoom"])).toBe(2);
  expect(getAt(changed, ["steps"])).toBe(bot.steps);
});

test("notes and groups come and go", () => {
  const id = freshLayoutId(bot, "notes");
  const added = addNote({ id, x: 1, y: 2, ...NOTE_SIZE, text: "", color: "green" })(bot);
  expect(notesOf(added).map((note) => note.id)).toEqual(["0", "note_1"]);
  expect(notesOf(removeNotes(new Set([id]))(added))).toEqual(notesOf(bot));
  expect(groupsOf(withoutMembers(new Set(["a", "b"]))(bot)).map((group) => group.steps)).toEqual([["c"]]);
  expect(exitsOf(bot, groupsOf(bot)[0]!)).toEqual(["c"]);
});
