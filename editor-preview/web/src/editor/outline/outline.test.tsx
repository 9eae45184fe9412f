// @vitest-environment jsdom
import { act, cleanup, fireEvent, render, screen } from "@testing-library/react";
import { afterEach, expect, test } from "vitest";

import { English } from "../../i18n/testing";
import { createPreview, PreviewContext } from "../../preview/store";
import { setInStep } from "../edits";
import { createEditor, EditorContext } from "../store";
import { Outline } from "./Outline";

afterEach(cleanup);

/** The outline of a bot of two steps, and its lines as they are read. */
function showOutline() {
  const editor = createEditor("bot", {
    start: "welcome",
    steps: { welcome: { type: "message", text: "Hello", buttons: [{ id: "buy", title: "Buy", goto: "end" }] }, end: { type: "stop", disabled: true } },
    layout: { notes: [{ id: "note_1", x: 0, y: 0, text: "To do" }] },
  });
  render(
    <English>
      <EditorContext value={editor}>
        <PreviewContext value={createPreview(editor).store}>
          <Outline isShown canHide />
        </PreviewContext>
      </EditorContext>
    </English>,
  );
  const line = (name: string | RegExp) => screen.getByRole("treeitem", { name });
  return { editor, line, lines: () => screen.getAllByRole("treeitem").map(({ textContent }) => textContent) };
}

test("lines are opened by their sign, and what they stand for is selected", () => {
  const { editor, line, lines } = showOutline();
  expect(lines()).toEqual(["Welcome", "End, skipped", "To do"]);
  fireEvent.click(line("Welcome").querySelector(".outline-toggle")!);
  expect(lines().slice(0, 3)).toEqual(["Welcome", "Buy → End", "next → nowhere"]);
  expect([...editor.getState().selected]).toEqual(["welcome"]);
  fireEvent.click(line("Buy → End"));
  expect(editor.getState().way).toEqual({ step: "welcome", outcome: "buttons.0.goto" });
  fireEvent.contextMenu(line("Note To do"), { clientX: 5, clientY: 6 });
  expect([...editor.getState().selectedNotes]).toEqual(["note_1"]);
  expect(editor.getState().asking).toEqual({ what: "menu", of: "note", at: { x: 5, y: 6 } });
});

test("lines follow the bot", () => {
  const { editor, line, lines } = showOutline();
  act(() => editor.getState().edit(setInStep("welcome", ["label"], "Bienvenida")));
  act(() => editor.getState().diagnose([{ code: "c", severity: "error", step: "end", path: "steps.end", message: "wrong" }]));
  expect(lines()[0]).toBe("Bienvenida");
  expect(line(/^End .*1 error$/).className).toContain("has-errors");
});
