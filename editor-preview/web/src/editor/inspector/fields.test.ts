import { expect, test } from "vitest";

import { fieldsOf, lengthOf } from "./fields";

const limits = (step: Parameters<typeof fieldsOf>[0]) => fieldsOf(step).map(({ path, limit }) => `${path.join(".")} ${limit ?? "-"}`);

test("limits follow what a message becomes", () => {
  expect(limits({ type: "message", text: "Hi" })).toEqual(["text 4096"]);
  expect(limits({ type: "message", media: { kind: "image" } })).toEqual(["text 1024"]);
  expect(limits({ type: "message", buttons: [{ title: "A" }] })).toEqual(["header 60", "text 1024", "footer 60", "buttons.0.title 20"]);
  const four = [{ title: "A" }, { title: "B" }, { title: "C" }, { title: "D" }];
  expect(limits({ type: "message", buttons: four }).slice(0, 5)).toEqual(["header 60", "text 4096", "footer 60", "button 20", "buttons.0.title 24"]);
});

test("a list's sections and rows have their fields", () => {
  expect(limits({ type: "list", sections: [{ title: "S", rows: [{ title: "R" }] }] })).toEqual([
    "header 60",
    "text 4096",
    "footer 60",
    "button 20",
    "sections.0.title 24",
    "sections.0.rows.0.title 24",
    "sections.0.rows.0.description 72",
  ]);
});

test("an AI's summary is no text to edit", () => {
  expect(limits({ type: "handoff" })).toEqual(["text 4096", "summary -"]);
  expect(limits({ type: "handoff", summary: { instructions: "?" } })).toEqual(["text 4096"]);
});

test("characters count as WhatsApp counts them, expressions not at all", () => {
  expect(lengthOf("Olá {{ contact.name ?? \"você\" }}!")).toBe(5);
  expect(lengthOf("👋")).toBe(2);
});
