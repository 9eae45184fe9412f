// @vitest-environment node
import { expect, test } from "vitest";

import { readBotFiles } from "./creating";

test("bots come from files by the files' names, and each file without one says why", async () => {
  const files = [new File(['{"name": "Menu"}'], "menu.json"), new File(["[1]"], "list.json"), new File(["{"], "half.JSON")];
  const { documents, faults } = await readBotFiles(files);
  expect(documents).toEqual([{ name: "menu", document: { name: "Menu" } }]);
  expect(faults).toHaveLength(2);
  expect(faults[0]).toBe("list.json: a bot is a JSON object");
  expect(faults[1]).toMatch(/^half\.JSON: ./);
});
