import { expect, test } from "vitest";

import type { JsonObject, Path } from "../json";
import { lengthOf, limitOf } from "./limits";

const limit = (step: JsonObject, path: Path, own?: number) => limitOf(step, path, { name: "", help: "", type: "string", kind: "text", ...(own === undefined ? {} : { limit: own }) });

test("limits follow what a message becomes", () => {
  const [a, b, c, d] = ["A", "B", "C", "D"].map((title) => ({ title }));
  expect(limit({ type: "message" }, ["text"])).toBe(4096);
  expect(limit({ type: "message", media: { kind: "image" } }, ["text"])).toBe(1024);
  expect(limit({ type: "ask", buttons: [a!] }, ["text"])).toBe(1024);
  expect(limit({ type: "message", link: { title: "A", url: "https://" } }, ["text"])).toBe(1024);
  expect(limit({ type: "message", buttons: [a!, b!, c!, d!] }, ["text"])).toBe(4096);
  expect(limit({ type: "message", buttons: [a!] }, ["buttons", 0, "title"])).toBe(20);
  expect(limit({ type: "message", buttons: [a!, b!, c!, d!] }, ["buttons", 0, "title"])).toBe(24);
});

test("else they are the schema's, and answers that nobody sees have none", () => {
  expect(limit({ type: "list" }, ["sections", 0, "title"], 24)).toBe(24);
  expect(limit({ type: "carousel" }, ["cards", 0, "buttons", 0, "title"], 24)).toBe(20);
  expect(limit({ type: "template" }, ["buttons", 0, "title"], 24)).toBe(25);
  expect(limit({ type: "template" }, ["cards", 0, "buttons", 0, "title"], 24)).toBe(25);
  expect(limit({ type: "ask" }, ["answers", 0, "title"], 24)).toBeUndefined();
  expect(limit({ type: "http" }, ["url"])).toBeUndefined();
});

test("characters count as WhatsApp counts them, expressions not at all", () => {
  expect(lengthOf("Olá {{ contact.name ?? \"você\" }}!")).toBe(5);
  expect(lengthOf("👋")).toBe(2);
});
