import { readdirSync } from "node:fs";
import { expect, test } from "vitest";

import type { Diagnostic } from "../../api/bots";
import { getAt, type JsonObject } from "../json";
import { createEditor } from "../store";
import { fixesOf } from "./fixes";
import { TITLED_CODES } from "./titles";

/** A diagnostic of a document, about a part of its text. */
function problem(document: JsonObject, code: string, path: string, part: string, more: Partial<Diagnostic> = {}): Diagnostic {
  const start = new TextEncoder().encode(JSON.stringify(document).split(part)[0]).length;
  const step = /^steps\.(\w+)/.exec(path)?.[1];
  return { code, severity: "error", path, message: "", span: { start, end: start + new TextEncoder().encode(part).length }, ...(step ? { step } : {}), ...more };
}

/** What each fix makes of the document, by its name. */
function fixed(document: JsonObject, found: Diagnostic): Record<string, JsonObject> {
  const fixes = fixesOf(found, document, (id) => id).map(({ text, apply }) => {
    const editor = createEditor("sample", document);
    apply(editor.getState());
    return [text, editor.getState().history.document] as const;
  });
  return Object.fromEntries(fixes);
}

test("what was meant is written, in a value, a key and within an expression", () => {
  const document: JsonObject = { steps: { a: { type: "set", label: "Olá 👋", fields: { "contact.fields.cty": "{{ vars.scor }} é {{ vars.scor + vars.score }}", "contact.name": "x" }, next: "en" } } };
  const next = fixed(document, problem(document, "unknown_link", "steps.a.next", '"en"', { nearest: "end" }));
  expect(getAt(next["fix.meant"], ["steps", "a", "next"])).toBe("end");
  const key = fixed(document, problem(document, "unknown_name", 'steps.a.fields["contact.fields.cty"]', '"contact.fields.cty"', { nearest: "city" }));
  expect(Object.keys(getAt(key["fix.meant"], ["steps", "a", "fields"]) as JsonObject)).toEqual(["contact.fields.city", "contact.name"]);
  const word = fixed(document, problem(document, "unknown_variable", 'steps.a.fields["contact.fields.cty"]', "vars.scor", { nearest: "vars.score" }));
  expect(getAt(word["fix.meant"], ["steps", "a", "fields", "contact.fields.cty"])).toBe("{{ vars.score }} é {{ vars.score + vars.score }}");
});

test("a place that is not what the checker saw is left alone", () => {
  const document: JsonObject = { steps: { a: { type: "stop", nxt: "b", next: "c" } } };
  expect(fixed(document, problem(document, "unknown_word", "steps.a.type", '"nxt"', { nearest: "next" }))).toEqual({});
  // The right key is there already.
  expect(Object.keys(fixed(document, problem(document, "unknown_key", "steps.a.nxt", '"nxt"', { nearest: "next" })))).toEqual(["fix.take_out"]);
});

test("an option that leads nowhere ends with a stop step, or asks where to", () => {
  const document: JsonObject = { start: "a", steps: { a: { type: "message", text: "Oi", buttons: [{ title: "Sim", goto: "b" }, { title: "Preços" }] }, b: { type: "stop" } } };
  const found = problem(document, "dead_end", "steps.a.buttons[1]", '"Preços"', { severity: "warning" });
  const after = fixed(document, found);
  expect(getAt(after["fix.stop"], ["steps", "a", "buttons", 1])).toEqual({ title: "Preços", goto: "stop" });
  expect(getAt(after["fix.stop"], ["steps", "stop"])).toEqual({ type: "stop" });
  const editor = createEditor("sample", document);
  fixesOf(found, document, (id) => id)
    .find(({ text }) => text === "fix.connect")
    ?.apply(editor.getState());
  expect(editor.getState().asking).toEqual({ what: "connect", step: "a", outcome: "buttons.1.goto" });
});

test("a bot gets a first step, or begins at the one that it has", () => {
  const empty: JsonObject = { start: "", steps: {} };
  expect(fixed(empty, problem(empty, "no_steps", "steps", "{}"))["fix.first_step"]).toMatchObject({ start: "welcome", steps: { welcome: { type: "message" } } });
  const lost: JsonObject = { start: "nowhere", steps: { a: { type: "stop" } } };
  expect(fixed(lost, problem(lost, "unknown_link", "start", '"nowhere"'))).toEqual({ "fix.start": { ...lost, start: "a" } });
});

test("a template that stands in is named in its field", () => {
  const document: JsonObject = { start: "a", steps: { a: { type: "message", text: "Oi" } } };
  const editor = createEditor("sample", document);
  fixesOf(problem(document, "window", "steps.a", '"a"'), document, (id) => id)[0]?.apply(editor.getState());
  expect(getAt(editor.getState().history.document, ["steps", "a", "template"])).toEqual({ name: "" });
  expect(editor.getState().wanted.path).toBe("template.name");
});

test("every code that the checker has is titled", () => {
  const pages = readdirSync("../../docs/errors").map((name) => name.replace(".md", ""));
  expect(TITLED_CODES.toSorted()).toEqual(pages.filter((code) => code !== "index").toSorted());
});
