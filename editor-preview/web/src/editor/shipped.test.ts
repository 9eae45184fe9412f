import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";

import { arrange } from "./canvas/arrange";
import { planOf } from "./canvas/arranging";
import { stepsOf } from "./document";
import type { JsonObject } from "./json";
import { setAt } from "./json";
import { KINDS } from "./kinds";
import { outcomesOf } from "./outcomes";
import { createEditor } from "./store";

const BOTS = "../../bots";
const SCHEMA = "../../docs/reference/bot.schema.json";

/** All values of keys that are links, wherever they stand in a step. */
function links(value: unknown, key = ""): string[] {
  if (typeof value === "string") {
    return ["next", "goto", "otherwise", "failed", "resume"].includes(key) ? [value] : [];
  }
  return typeof value === "object" && value !== null ? Object.entries(value).flatMap(([inner, found]) => links(found, inner)) : [];
}

const bots = readdirSync(BOTS)
  .filter((name) => name.endsWith(".json") && !name.endsWith(".test.json"))
  .map((name): [string, JsonObject] => [name, JSON.parse(readFileSync(`${BOTS}/${name}`, "utf8")) as JsonObject]);

test.each(bots)("%s: every link of every step is a port", (_, bot) => {
  for (const [id, step] of stepsOf(bot)) {
    const ports = outcomesOf(step).flatMap(({ target }) => (target === null ? [] : [target]));
    expect(ports.toSorted(), id).toEqual(links(step).toSorted());
    expect(new Set(outcomesOf(step).map((outcome) => outcome.id)).size).toBe(outcomesOf(step).length);
  }
});

test.each(bots)("%s: goes through the editor unchanged, and is laid out without two cards on one place", (_, bot) => {
  const editor = createEditor("bot", bot);
  const { edit, undo } = editor.getState();
  edit((document) => setAt(document, ["name"], "?"));
  undo();
  expect(JSON.stringify(editor.getState().history.document)).toBe(JSON.stringify(bot));
  const places = arrange(planOf(bot));
  expect(places.size).toBe(stepsOf(bot).size);
  expect(new Set([...places.values()].map(({ x, y }) => `${x} ${y}`)).size).toBe(places.size);
});

test("every kind of step of the language has its icon and colour", () => {
  const schema = JSON.parse(readFileSync(SCHEMA, "utf8"));
  const kinds = schema.$defs.Step.oneOf.map((kind: { properties: { type: { const: string } } }) => kind.properties.type.const);
  expect(Object.keys(KINDS)).toEqual(kinds);
});
