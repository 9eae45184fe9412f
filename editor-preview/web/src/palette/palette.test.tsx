// @vitest-environment jsdom
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { cleanup, fireEvent, render, screen } from "@testing-library/react";
import { afterEach, beforeEach, expect, test, vi } from "vitest";

import { isSingleKey } from "../editor/keys";
import { shell } from "../app/shell";
import { useAppKeys } from "../app/useAppKeys";
import { COMMANDS } from "../editor/commands";
import { createEditor } from "../editor/store";
import { English } from "../i18n/testing";
import Palette from "./Palette";

beforeEach(() => {
  vi.stubGlobal("fetch", async () => new Response("[]"));
  // What jsdom lacks.
  HTMLDialogElement.prototype.showModal = () => {};
  HTMLDialogElement.prototype.close = () => {};
  Element.prototype.scrollIntoView = () => {};
  vi.stubGlobal("ResizeObserver", class { observe() {} unobserve() {} disconnect() {} });
});
afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
  shell.setState({ showing: null, editor: null });
});

function Keys() {
  useAppKeys();
  return <input aria-label="field" />;
}

test("Mod+K works everywhere, a question mark where nobody writes", () => {
  render(<Keys />);
  const field = screen.getByLabelText("field");
  fireEvent.keyDown(field, { key: "?" });
  expect(shell.getState().showing).toBeNull();
  fireEvent.keyDown(field, { key: "k", ctrlKey: true });
  expect(shell.getState().showing).toBe("palette");
  shell.getState().show(null);
  fireEvent.keyDown(document.body, { key: "?" });
  expect(shell.getState().showing).toBe("keys");
});

test("keys of one character are told from others", () => {
  const single = COMMANDS.flatMap(({ keys }) => keys).filter(isSingleKey);
  expect(single).toContain("C");
  expect(single).toContain("Shift+L");
  expect(["Mod+S", "Enter", "F8", "Alt+ArrowLeft", "Escape", "Delete"].filter(isSingleKey)).toEqual([]);
});

test("the palette has the open bot's steps, and the commands that can be done", () => {
  const store = createEditor("sample", { name: "S", start: "a", steps: { a: { type: "stop", label: "The end" } } });
  const run = vi.fn();
  shell.setState({ showing: "palette", editor: { store, commands: COMMANDS, run } });
  render(
    <QueryClientProvider client={new QueryClient()}>
      <English>
        <Palette />
      </English>
    </QueryClientProvider>,
  );
  // Nothing can be undone yet.
  expect(screen.queryByText("Undo")).toBeNull();
  fireEvent.click(screen.getByText("Publish"));
  expect(run.mock.calls[0]?.[0].id).toBe("publish");
  expect(shell.getState().showing).toBeNull();
  fireEvent.click(screen.getByText("The end"));
  expect([...store.getState().selected]).toEqual(["a"]);
});
