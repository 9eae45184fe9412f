import { expect, test } from "vitest";

import { readBotFiles } from "./creating";
import { isKommoFile, textOf } from "./kommo/file";

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

test("files of Kommo's are known, whatever holds them", () => {
  const step = '{"question": []}';
  const encoded = JSON.stringify(`[${step}]`);
  for (const source of [`[${step}]`, step, `{"0": ${step}, "conversation": false}`, '{"model": {"text": "{}"}}', encoded, JSON.stringify(encoded), `\uFEFF[${step}]`]) {
    expect(isKommoFile(source), source).toBe(true);
  }
  for (const source of ["[1]", "{", '{"name": "Menu"}', '{"steps": {"1": {}}, "start": "a"}', '"text"', "7"]) {
    expect(isKommoFile(source), source).toBe(false);
  }
});

test("files of Kommo's wait for their names, and other bots do not", async () => {
  const step = '[{"question": []}]';
  const { documents, kommo } = await readBotFiles([file("desk.json", step), file("menu.json", '{"name": "Menu"}')]);
  expect(kommo).toEqual([{ name: "desk", text: step }]);
  expect(documents.map(({ name }) => name)).toEqual(["menu"]);
});

test("a file that an editor of Windows saved is read as what it says", async () => {
  const wide = (text: string, isBig: boolean) => {
    const view = new DataView(new ArrayBuffer(text.length * 2));
    [...text].forEach((letter, index) => view.setUint16(index * 2, letter.charCodeAt(0), !isBig));
    return new File([view.buffer], "wide.json");
  };
  for (const isBig of [false, true]) {
    expect(await textOf(wide("\uFEFF[\"Olá\"]", isBig))).toBe('["Olá"]');
  }
});
