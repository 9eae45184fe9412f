import { expect, test } from "vitest";

import type { Finding, Imported, KommoId } from "../../api/imports";
import { areGarbled, findingsOf, idsOf, named, type Read } from "./imports";

const finding = (more: Partial<Finding>): Finding => ({ code: "differs", is_warning: true, bot: "desk", place: "1", message: "is other", ...more });

function read(file: string, more: Partial<Imported>): Read {
  return { file, imported: { bots: [], report: { handlers: {}, findings: [], unconfirmed: [] }, ids: [], mapping: "", ...more } };
}

test("notes that say the same are one, with their number; warnings each stand for themselves", () => {
  const note = { is_warning: false, code: "no_timeout", message: "waits" };
  const findings = [finding({}), finding({ place: "2" }), finding({ bot: "other" }), finding({ ...note, step: "a" }), finding({ ...note, step: "b" })];
  const { warnings, notes } = findingsOf(findings, "desk");
  expect(warnings.map(({ place }) => place)).toEqual(["1", "2"]);
  expect(notes.map(({ note: { step }, count }) => [step, count])).toEqual([["a", 2]]);
});

test("an id that several files use is asked for once", () => {
  const stage = (used: string): KommoId => ({ kind: "stages", id: "4420", name: "", used: [used], about: "Stages." });
  const reads = [read("a", { ids: [stage("a: step 1")] }), read("b", { ids: [stage("b: step 2"), stage("a: step 1")] }), { file: "c", error: new Error("no") }];
  expect(idsOf(reads)).toEqual([{ ...stage("a: step 1"), used: ["a: step 1", "b: step 2"] }]);
});

test("a name that is taken away again is none", () => {
  const id = { kind: "stages", id: "7" } as KommoId;
  const once = named({ users: { "9": "ana" } }, id, "won");
  expect(once).toEqual({ users: { "9": "ana" }, stages: { "7": "won" } });
  expect(named(once, id, " ")).toEqual({ users: { "9": "ana" }, stages: {} });
});

test("texts in the wrong encoding are seen", () => {
  const report = { handlers: {}, findings: [finding({ code: "encoding" })], unconfirmed: [] };
  expect([areGarbled([read("a", { report })]), areGarbled([read("a", {})])]).toEqual([true, false]);
});
