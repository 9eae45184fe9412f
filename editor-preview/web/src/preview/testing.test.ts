import { expect, test } from "vitest";

import type { PreviewAnswer } from "../api/previews";
import { asDialog, asFile, linesOf, readFile } from "./testing";

const ANSWER = {
  turns: [
    { line: 0, test: [{ customer: "oi" }, { bot: "Hi" }, { bot: "What?" }] },
    { line: 1, test: [{ pass: "2h" }] },
  ],
} as unknown as PreviewAnswer;

test("a conversation becomes a file of tests, and is read from it again", () => {
  const dialog = asDialog("greets", "2026-03-02T10:00:00Z", { name: "Ana" }, ANSWER);
  expect(dialog).toEqual({ name: "greets", contact: { name: "Ana" }, at: "2026-03-02T10:00:00Z", steps: [{ customer: "oi" }, { bot: "Hi" }, { bot: "What?" }, { pass: "2h" }] });
  expect(readFile(asFile([dialog]))).toEqual([dialog]);
  expect(asDialog("guest", "", {}, ANSWER)).not.toHaveProperty("contact");
});

test("a file that holds something else has no dialogs", () => {
  for (const source of ["{", "7", "null", "{}", '{"dialogs": [{"name": 1, "steps": []}]}']) {
    expect(readFile(source), source).toBeNull();
  }
});

test("a dialog is played up to the line that failed", () => {
  const dialog = asDialog("greets", "", {}, ANSWER);
  expect(linesOf(dialog, { line: 2, message: "" })).toEqual([{ customer: "oi" }]);
  expect(linesOf(dialog, null)).toEqual([{ customer: "oi" }, { pass: "2h" }]);
});
