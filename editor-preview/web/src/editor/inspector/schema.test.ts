// @vitest-environment jsdom
import { expect, test } from "vitest";

import type { Json } from "../json";
import { readSchema, type Shape } from "./schema";
import { schema } from "./testing";
import { caseOf, casesOf } from "./values";

const shapeOf = (kind: string, key: string): Shape | undefined => schema.steps.get(kind)?.keys.find(({ name }) => name === key)?.shape;

test("a key tells what it holds, whether it must, and what it is for", () => {
  const text = schema.steps.get("list")?.keys.find(({ name }) => name === "text");
  expect(text?.isRequired).toBe(true);
  expect(text?.shape).toMatchObject({ type: "string", kind: "text" });
  expect(shapeOf("message", "text")?.help).toMatch(/^The message's text/);
  expect(shapeOf("split", "options")).toMatchObject({ type: "list", least: 1, most: 100, of: { type: "object", name: "SplitOption" } });
  expect(shapeOf("set", "fields")).toMatchObject({ type: "map", kind: "path", of: { type: "data", holdsTexts: true } });
});

test("alternatives are one choice: words, and shapes by what a value is", () => {
  const awaited = shapeOf("wait", "for");
  const cases = awaited?.type === "either" ? casesOf(awaited.cases) : [];
  expect(cases.map(({ id }) => id)).toEqual(["message", "open_hours", "delivered", "read", "delay", "until", "list"]);
  expect(caseOf(cases, "read")?.id).toBe("read");
  expect(caseOf(cases, { delay: "2h" })?.id).toBe("delay");
  expect(caseOf(cases, [{ for: "read" }])?.id).toBe("list");
  expect(caseOf(cases, { nothing: 1 })).toBeUndefined();
});

test("a button of a template is told by its key", () => {
  const buttons = shapeOf("template", "buttons");
  const cases = buttons?.type === "list" && buttons.of.type === "either" ? casesOf(buttons.of.cases) : [];
  const given: Json[] = [{ url_suffix: "a" }, { code: "b" }, { id: "c", title: "C" }, {}];
  expect(given.map((button) => caseOf(cases, button)?.id)).toEqual(["url_suffix", "code", "choice", "choice"]);
});

test("a limit is read where the schema has one, and what stands beside a reference holds for that place", () => {
  const read = readSchema({ type: "object", $defs: { Text: { type: "string", "x-kind": "text", "x-limit": 24, description: "Of all." } }, properties: { a: { $ref: "#/$defs/Text", "x-limit": 20 }, b: { anyOf: [{ $ref: "#/$defs/Text" }, { type: "null" }], description: "Of b." } } }, (english) => english);
  expect(read.bot.keys.map(({ shape }) => [shape.limit, shape.help])).toEqual([[20, "Of all."], [24, "Of b."]]);
});
