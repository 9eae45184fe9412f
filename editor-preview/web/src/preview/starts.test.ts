import { expect, test } from "vitest";

import type { JsonObject } from "../editor/json";
import { begin, isWhole } from "./answers";
import { startsOf } from "./starts";

const DOCUMENT: JsonObject = {
  start: "hi",
  variables: { score: { type: "integer", default: 2 } },
  triggers: [
    { on: "message", keywords: ["oi", "olá"] },
    { on: "stage", pipeline: "sales", stage: "new", event: "created" },
    { on: "tag", of: "lead", tag: "vip", event: "removed" },
    { on: "field", path: "contact.fields.city" },
    { on: "schedule", cron: "0 9 * * 1" },
    { on: "silence", after: "2h" },
  ],
  steps: { hi: { type: "message", text: "Hi" }, bye: { type: "stop", label: "The end" } },
};

test("the bot's triggers start it with their own data; what only follows from something else is no start", () => {
  const starts = startsOf(DOCUMENT);
  expect(starts.map(({ kind }) => kind)).toEqual(["message", "stage", "tag", "field", "schedule", "api", "preview"]);
  const lines = starts.map(({ fields, line }) => line({ ...begin(fields), value: "7" }));
  expect(lines).toEqual([
    { customer: "oi" },
    { start: { on: "stage", pipeline: "sales", stage: "new", event: "created" } },
    { start: { on: "tag", tag: "vip", of: "lead", event: "removed" } },
    { start: { on: "field", path: "contact.fields.city", value: 7 } },
    { start: { on: "schedule" } },
    { start: { on: "api", variables: {}, data: {} } },
    { start: { on: "preview", step: "hi", variables: { score: 2 } } },
  ]);
});

test("what is needed must be written, and JSON must be an object", () => {
  const step = startsOf(DOCUMENT).at(-1)!;
  expect(isWhole(step.fields, begin(step.fields))).toBe(true);
  expect(isWhole(step.fields, { step: "hi", variables: "[1]" })).toBe(false);
  expect(isWhole(step.fields, { step: "", variables: "{}" })).toBe(false);
});
