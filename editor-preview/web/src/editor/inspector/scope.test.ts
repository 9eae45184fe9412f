import { expect, test } from "vitest";

import type { JsonObject } from "../json";
import { readableNames, variablesOf, writablePaths } from "./scope";

const BOT: JsonObject = {
  variables: { score: { type: "integer" } },
  steps: {
    ask: { type: "ask", text: "?", save: "vars.city", buttons: [{ each: "vars.list", title: "{{ item }}" }] },
    set: { type: "set", fields: { "contact.fields.size": 1, "vars.total": 2 } },
    script: { type: "script", code: "vars.n = 1; if vars.m == 2 { vars.n += 1 }" },
    order: { type: "http", url: "https://example.com", save: { "vars.order": "reply.json.id" } },
    lead: { type: "create_lead", fields: { size: 1 } },
  },
};
const NONE = { contact: [], lead: [] };

test("every write and every declaration gives a name", () => {
  expect(variablesOf(BOT)).toEqual(["vars.score", "vars.city", "contact.fields.size", "vars.total", "vars.n", "vars.order"]);
});

test("names that live in one place are offered there alone", () => {
  const names = (kind: string, path: (string | number)[]) => readableNames(BOT, NONE, { kind, path });
  expect(names("http", ["steps", "order", "save"])).toContain("reply.json");
  expect(names("ask", ["steps", "ask", "buttons", 0, "title"])).toContain("item");
  const elsewhere = names("ask", ["steps", "ask", "text"]);
  expect(elsewhere.filter((name) => /^(item|reply|child)/.test(name))).toEqual([]);
  expect(elsewhere).toContain("contact.first_name");
});

test("fields of the account can be read and written", () => {
  expect(writablePaths({}, { contact: ["size"], lead: [] })).toContain("contact.fields.size");
  expect(readableNames({}, { contact: [], lead: ["source"] }, { kind: "", path: [] })).toContain("lead.fields.source");
});
