import { expect, test, vi } from "vitest";

import type { Line, PreviewAnswer, PreviewRequest } from "../api/previews";
import { createEditor } from "../editor/store";
import { setText } from "../editor/edits";
import { createPreview } from "./store";

/** A server that only tells what it was asked: the interpreter is on the other side. */
function rehearse(answers: (request: PreviewRequest) => Partial<PreviewAnswer> = () => ({})) {
  const asked: PreviewRequest[] = [];
  const editor = createEditor("sample", { name: "Sample", start: "a", steps: { a: { type: "message", text: "Hi" } } });
  const { store, follow } = createPreview(editor, async (request) => {
    asked.push(request);
    const started = { what: "started", bot: "sample" };
    const turns = request.steps.map((line, index) => ({ line: index, at: request.at, trace: [started], test: [line] }));
    const session = { bot: "sample", step: "a", vars: {}, flow: {}, state: "waiting" as const, waits_for: "answer", status: null, outcome: null };
    const usual: PreviewAnswer = { diagnostics: [], chat: { html: "" }, turns, session, contact: null, window: null, now: request.at, next_timer: null, calls: [], error: null };
    return { ...usual, ...answers(request) };
  });
  const lines = () => store.getState().lines;
  const settled = () => vi.waitFor(() => expect(store.getState().isRunning).toBe(false));
  return { editor, store, follow, asked, lines, settled };
}

test("each line asks for the whole conversation, and back for one line less", async () => {
  const { store, asked, lines, settled } = rehearse();
  store.getState().say("oi");
  await settled();
  store.getState().pass("1h");
  await settled();
  expect(asked.at(-1)?.steps).toEqual([{ customer: "oi" }, { pass: "1h" }]);
  expect(new Set(asked.map(({ at }) => at)).size).toBe(1);
  store.getState().back();
  await settled();
  expect(lines()).toEqual([{ customer: "oi" }]);
  expect(asked.at(-1)?.steps).toEqual(lines());
});

test("a tap is kept by its title, as the answer names it", async () => {
  const named: Line = { customer: { tap: "Buy" } };
  const { store, lines, settled } = rehearse(({ steps, at }) => ({
    turns: steps.map((line, index) => ({ line: index, at, trace: [], test: ["reply" in Object(Object(line).customer) ? named : line] })),
  }));
  store.getState().start();
  await settled();
  store.getState().say({ reply: "7.abc.welcome.buy" });
  await settled();
  expect(lines()).toEqual([{ start: { on: "preview" } }, named]);
});

test("a first message that no trigger takes starts the bot all the same, and back takes both away", async () => {
  const { store, lines, settled } = rehearse(({ steps, at }) => {
    const turns = steps.map((line, index) => ({ line: index, at, trace: "start" in line ? [{ what: "started" }] : [], test: [line] }));
    return steps.length === 1 ? { turns, session: null } : { turns };
  });
  store.getState().say("oi");
  await vi.waitFor(() => expect(lines()).toHaveLength(2));
  await settled();
  expect(lines()).toEqual([{ customer: "oi" }, { start: { on: "preview" } }]);
  expect(store.getState().wasStartedByHand).toBe(true);
  store.getState().back();
  await settled();
  expect(store.getState()).toMatchObject({ lines: [], wasStartedByHand: false });
});

test("a changed draft runs with the same lines, and says what is wrong with it", async () => {
  const problem = { code: "too_long", severity: "error", step: "a", path: "steps.a.text", message: "too long" } as const;
  const { editor, store, follow, asked, settled } = rehearse(({ document }) => ({ diagnostics: JSON.stringify(document).includes("Bye") ? [problem] : [] }));
  const end = follow();
  store.getState().say("oi");
  await settled();
  editor.getState().edit(setText("a", ["text"], "Bye"));
  await vi.waitFor(() => expect(editor.getState().diagnostics).toEqual([problem]));
  expect(asked.at(-1)?.steps).toEqual([{ customer: "oi" }]);
  end();
});

test("a server that can't be reached is told", async () => {
  const { store, settled } = rehearse(() => {
    throw new Error("no answer");
  });
  store.getState().say("oi");
  await settled();
  expect(store.getState().failure).toContain("no answer");
});
