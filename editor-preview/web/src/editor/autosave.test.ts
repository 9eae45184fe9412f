// @vitest-environment jsdom
import { afterEach, beforeEach, expect, test, vi } from "vitest";

import { ApiError } from "../api/client";
import { autosave } from "./autosave";
import { renameBot } from "./edits";
import type { JsonObject } from "./json";
import { createEditor } from "./store";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function editing(save: (id: string, document: JsonObject, since?: number) => Promise<void> = async () => {}) {
  const saved: JsonObject[] = [];
  const editor = createEditor("sample", { name: "A" });
  const end = autosave(editor, 3, async (id, document, since) => {
    await save(id, document, since);
    saved.push(document);
    return { publishable: true, diagnostics: [], draft: { document, at: 7 } };
  });
  return { editor, end, saved, rename: (name: string) => editor.getState().edit(renameBot(name), "name") };
}

test("nothing is saved before something changed, and a pause makes one save of many changes", async () => {
  const { editor, saved, rename } = editing();
  await vi.advanceTimersByTimeAsync(10_000);
  expect(saved).toEqual([]);
  rename("B");
  rename("C");
  expect(editor.getState().saving).toEqual({ state: "waiting" });
  await vi.advanceTimersByTimeAsync(1_000);
  expect(saved).toEqual([{ name: "C" }]);
  expect(editor.getState().saving).toEqual({ state: "saved", at: 7 });
});

test("what changes during a save is saved after it", async () => {
  const { saved, rename } = editing(() => new Promise((resolve) => setTimeout(resolve, 2_000)));
  rename("B");
  await vi.advanceTimersByTimeAsync(1_000);
  rename("C");
  await vi.advanceTimersByTimeAsync(10_000);
  expect(saved).toEqual([{ name: "B" }, { name: "C" }]);
});

test("a save that failed is said, and tried again", async () => {
  let isDown = true;
  const { editor, saved, rename } = editing(async () => {
    if (isDown) {
      throw new Error("down");
    }
  });
  rename("B");
  await vi.advanceTimersByTimeAsync(1_000);
  expect(editor.getState().saving).toEqual({ state: "failed" });
  isDown = false;
  await vi.advanceTimersByTimeAsync(6_000);
  expect(saved).toEqual([{ name: "B" }]);
});

test("leaving the editor saves what is left", async () => {
  const { end, saved, rename } = editing();
  rename("B");
  end();
  await vi.advanceTimersByTimeAsync(0);
  expect(saved).toEqual([{ name: "B" }]);
});

test("where somebody else saved meanwhile, nothing more is saved until it is decided whose draft it is to be", async () => {
  const asked: (number | undefined)[] = [];
  const { editor, saved, rename } = editing(async (_, __, since) => {
    asked.push(since);
    if (since === 7) {
      throw new ApiError(409, { detail: "somebody else has changed the draft" });
    }
  });
  rename("B");
  await vi.advanceTimersByTimeAsync(1_000);
  rename("C");
  await vi.advanceTimersByTimeAsync(1_000);
  expect(editor.getState().saving).toEqual({ state: "overtaken" });
  rename("D");
  await vi.advanceTimersByTimeAsync(10_000);
  expect(asked).toEqual([3, 7]);
  expect(saved).toEqual([{ name: "B" }]);
  editor.getState().keepMine();
  await vi.advanceTimersByTimeAsync(0);
  expect(asked).toEqual([3, 7, undefined]);
  expect(saved).toEqual([{ name: "B" }, { name: "D" }]);
  expect(editor.getState().saving).toEqual({ state: "saved", at: 7 });
});
