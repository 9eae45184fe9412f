import { expect, test } from "vitest";

import { readBotFiles } from "./creating";

const file = (name: string, ...lines: string[]) => new File([lines.join("\n")], name);

test("bots come from files by the files' names, and each file without one says why and where", async () => {
  const { documents, faults } = await readBotFiles([file("menu.json", '{"name": "Menu"}'), file("list.json", "[1]"), file("half.JSON", "{")]);
  expect(documents).toEqual([{ name: "menu", document: { name: "Menu" } }]);
  expect(faults.map(({ file, line, fault }) => [file, line, fault.id])).toEqual([
    ["list.json", 1, "json.no_object"],
    ["half.JSON", 1, "json.ends"],
  ]);
});

test("what a browser would lose in silence is refused", async () => {
  const { documents, faults } = await readBotFiles([file("twice.json", '{"name": "A",', '"name": "B"}'), file("number.json", "{", '"id": 12345678901234567890', "}")]);
  expect(documents).toEqual([]);
  expect(faults.map(({ line, fault }) => [line, fault.id, fault.values])).toEqual([
    [2, "json.twice", { key: "name" }],
    [2, "json.number", { written: "12345678901234567890", kept: "12345678901234567000" }],
  ]);
});
