// @vitest-environment jsdom
import { beforeEach, expect, test } from "vitest";

import type { JsonObject } from "../editor/json";
import { asContact, asDraft, asReturning, savedPersonas, savePersonas } from "./personas";

const ANA = {
  name: "Ana",
  phone: "+5511999999999",
  language: "pt-BR",
  tags: ["vip", "novo"],
  fields: { city: "Recife", visits: 3, code: "12" },
  opted_in: false,
  lead: { pipeline: "sales", stage: "new", price: 12.5, fields: { size: "M" } },
};

beforeEach(() => localStorage.clear());

test("a contact goes through its form unchanged, numbers and texts that look like some, too", () => {
  expect(asContact(asDraft(ANA))).toEqual(ANA);
  expect(asContact(asDraft({}))).toEqual({});
});

test("who comes back is known as the conversation has left them", () => {
  const left: JsonObject = { id: "c1", identity: {}, name: "Ana", email: null, tags: ["vip"], fields: { city: "Lima" }, leads: [{ id: "old" }, { id: "lead-1", stage: "won", price: null, tags: [], fields: {} }] };
  expect(asReturning(left)).toEqual({ name: "Ana", tags: ["vip"], fields: { city: "Lima" }, lead: { stage: "won" } });
});

test("contacts are kept in the browser; what can't be read is none", () => {
  savePersonas(new Map([["Ana", ANA]]));
  expect([...savedPersonas()]).toEqual([["Ana", ANA]]);
  localStorage.setItem("salesbot.personas", "{");
  expect(savedPersonas().size).toBe(0);
});
