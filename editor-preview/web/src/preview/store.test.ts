// @vitest-environment jsdom
import { beforeEach, expect, test, vi } from "vitest";

import type { Line, PreviewAnswer, PreviewRequest } from "../api/previews";
import { createEditor } from "../editor/store";
import { setInStep } from "../editor/edits";
import { createPreview, seen, wasStartedByHand } from "./store";

beforeEach(() => localStorage.clear());

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
  expect(wasStartedByHand(store.getState())).toBe(true);
  store.getState().back();
  await settled();
  expect(lines()).toEqual([]);
  expect(wasStartedByHand(store.getState())).toBe(false);
});

/** Answers in which each line entered a step of its own: `s0`, `s1`, … */
function stepByStep({ steps, at }: PreviewRequest): Partial<PreviewAnswer> {
  return {
    turns: steps.map((line, index) => ({ line: index, at, trace: [{ what: "started" }, { what: "step", step: `s${index}` }, { what: "waiting", step: `s${index}` }], test: [line] })),
  };
}

test("a breakpoint stops where the bot came to it, and what is done there goes on from there", async () => {
  const { store, lines, asked, settled } = rehearse(stepByStep);
  store.getState().toggleBreakpoint("s1");
  store.getState().start();
  await settled();
  expect(store.getState().moment).toBeNull();
  store.getState().say("one");
  await vi.waitFor(() => expect(store.getState().moment).toMatchObject({ line: 1, entry: 1 }));
  store.getState().goOn();
  await settled();
  store.getState().say("two");
  await settled();
  store.getState().lookAt({ line: 0, entry: 1 });
  await settled();
  expect(asked.slice(-2).map(({ steps }) => steps.length)).toEqual([3, 1]);
  expect(seen(store.getState())?.turns).toHaveLength(1);
  store.getState().say("instead");
  await settled();
  expect(lines()).toEqual([{ start: { on: "preview" } }, { customer: "instead" }]);
});

test("a step at a time leads through what the last line did, and back; at its end the next line stops, too", async () => {
  const { store, settled } = rehearse(stepByStep);
  store.getState().start();
  await settled();
  store.getState().step();
  await settled();
  expect(store.getState().moment).toMatchObject({ line: 0, entry: 1 });
  store.getState().step();
  await settled();
  expect(store.getState().moment).toBeNull();
  store.getState().say("oi");
  await vi.waitFor(() => expect(store.getState().moment).toMatchObject({ line: 1 }));
  await settled();
  store.getState().back();
  await settled();
  expect(store.getState().moment).toMatchObject({ line: 0, entry: 1 });
  expect(store.getState().lines).toHaveLength(2);
});

test("a call that is always answered alike needs no more answers, until it is to be asked again", async () => {
  const call = { entry: 1, kind: "http", step: "price", request: {} };
  const { store, lines, settled } = rehearse(({ steps }) => ({ calls: steps.filter((line) => "customer" in line).length > steps.filter((line) => "reply" in line).length ? [call] : [] }));
  const result = { status: 200, json: { price: 9 } };
  store.getState().say("a");
  await settled();
  store.getState().reply(result, true);
  await settled();
  store.getState().say("b");
  await vi.waitFor(() => expect(lines()).toHaveLength(4));
  await settled();
  expect(lines()[3]).toEqual({ reply: result });
  store.getState().back();
  await settled();
  expect(lines()).toHaveLength(2);
  store.getState().forget("price");
  store.getState().say("c");
  await settled();
  expect(lines()).toHaveLength(3);
  expect(store.getState().samples.get("price")).toEqual({ result, always: false });
});

test("who writes goes with the lines", async () => {
  const { store, asked, settled } = rehearse();
  store.getState().say("oi");
  await settled();
  store.getState().become({ name: "Ana" });
  await settled();
  expect(asked.at(-1)).toMatchObject({ contact: { name: "Ana" }, steps: [{ customer: "oi" }] });
});

test("two people preview one draft, each for themselves", async () => {
  const [one, other] = [rehearse(), rehearse()];
  one.store.getState().say("oi");
  other.store.getState().say("hola");
  await Promise.all([one.settled(), other.settled()]);
  expect([one.lines(), other.lines()]).toEqual([[{ customer: "oi" }], [{ customer: "hola" }]]);
});

test("a changed draft runs with the same lines, and says what is wrong with it", async () => {
  const problem = { code: "too_long", severity: "error", step: "a", path: "steps.a.text", message: "too long" } as const;
  const { editor, store, follow, asked, settled } = rehearse(({ document }) => ({ diagnostics: JSON.stringify(document).includes("Bye") ? [problem] : [] }));
  const end = follow();
  store.getState().say("oi");
  await settled();
  editor.getState().edit(setInStep("a", ["text"], "Bye"));
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
  expect(store.getState().failure?.message).toBe("no answer");
});
