// @vitest-environment jsdom
import { act, renderHook } from "@testing-library/react";
import type { ReactNode } from "react";
import { expect, test } from "vitest";

import { English } from "../../i18n/testing";
import { createPreview, PreviewContext } from "../../preview/store";
import { connect, setInStep } from "../edits";
import type { JsonObject } from "../json";
import { outcomesOf } from "../outcomes";
import { createEditor, EditorContext } from "../store";
import { useEdges } from "./useEdges";
import { useNodes } from "./useNodes";

const BOT: JsonObject = {
  start: "welcome",
  triggers: [{ on: "message", any: true }],
  steps: {
    welcome: { type: "message", text: "Hello", buttons: [{ id: "buy", title: "Buy", goto: "ask_name" }], next: "end" },
    ask_name: { type: "ask", text: "Your name?", next: "end" },
    end: { type: "stop" },
  },
  layout: {
    steps: { welcome: { x: 0, y: 0 }, ask_name: { x: 400, y: 0 }, end: { x: 800, y: 0 } },
    notes: [{ id: "note_1", x: 0, y: 400, text: "To do" }],
    groups: [{ id: "group_1", title: "Begin", steps: ["welcome", "ask_name"] }],
  },
};

/** What the canvas draws of the bot, before and after something is done to it. */
function drawn() {
  const editor = createEditor("bot", BOT);
  const preview = createPreview(editor).store;
  const inside = ({ children }: { children: ReactNode }) => (
    <English>
      <EditorContext value={editor}>
        <PreviewContext value={preview}>{children}</PreviewContext>
      </EditorContext>
    </English>
  );
  const dragged = new Map();
  const { result } = renderHook(() => ({ nodes: useNodes(dragged), edges: useEdges(null) }), { wrapper: inside });
  return (change: (state: ReturnType<typeof editor.getState>) => void) => {
    const before = result.current;
    act(() => change(editor.getState()));
    const after = result.current;
    const changed = (one: { id: string }[], other: { id: string }[]) => other.filter((entry) => !one.includes(entry)).map(({ id }) => id);
    return { before, after, nodes: changed(before.nodes, after.nodes), edges: changed(before.edges, after.edges) };
  };
}

test("a word that is written in a step leaves the cards and the edges the same lists", () => {
  const after = drawn();
  after(({ select }) => select(["ask_name"]));
  for (const edit of [setInStep("ask_name", ["text"], "What is your name?"), setInStep("welcome", ["buttons", 0, "title"], "Buy now")]) {
    const { before, after: now } = after((state) => state.edit(edit));
    expect(now.nodes).toBe(before.nodes);
    expect(now.edges).toBe(before.edges);
  }
});

test("what changes of one card is drawn anew of it alone", () => {
  const after = drawn();
  const named = after(({ edit }) => edit(setInStep("ask_name", ["label"], "Name")));
  expect([named.nodes, named.edges]).toEqual([["ask_name"], []]);
  expect(named.after.nodes.find(({ id }) => id === "ask_name")?.ariaLabel).toContain("Name");
  const replaced = after(({ edit }) => edit(setInStep("welcome", ["buttons"], [{ id: "buy", title: "Buy" }])));
  expect([replaced.nodes, replaced.edges, replaced.after.edges.length]).toEqual([[], [], 2]);
  // As many ports in the same rows, and one of them is another way.
  const listed = after(({ edit }) => edit(setInStep("welcome", [], { type: "message", text: "Hello", branches: [{ when: "true" }], next: "end" })));
  expect(listed.nodes).toContain("welcome");
});

test("a link draws one edge, and what is selected is drawn anew with its ways", () => {
  const after = drawn();
  const [, next] = outcomesOf((BOT.steps as Record<string, JsonObject>).welcome!);
  const linked = after(({ edit }) => edit(connect("welcome", next!, "ask_name")));
  expect([linked.nodes, linked.edges]).toEqual([[], ["welcome next"]]);
  const selected = after(({ select }) => select(["end"]));
  expect([selected.nodes, selected.edges]).toEqual([["end"], ["ask_name next"]]);
});

test("a check that says the same again draws nothing anew", () => {
  const after = drawn();
  const problem = { code: "text_missing", severity: "error" as const, step: "end", path: "steps.end.text", message: "no text", span: { start: 10, end: 20 } };
  expect(after(({ diagnose }) => diagnose([problem])).nodes).toEqual(["end"]);
  const { before, after: now } = after(({ diagnose }) => diagnose([{ ...problem, span: { start: 11, end: 21 } }]));
  expect(now.nodes).toBe(before.nodes);
});
