// @vitest-environment jsdom
import { cleanup, fireEvent, render, screen } from "@testing-library/react";
import { afterEach, beforeEach, expect, test, vi } from "vitest";

import { ApiError } from "../api/client";
import type { Line, ModelAnswer, PendingCall, PreviewAnswer, PreviewRequest } from "../api/previews";
import { createEditor, EditorContext } from "../editor/store";
import { English } from "../i18n/testing";
import { Calls } from "./Calls";
import { createPreview, PreviewContext } from "./store";

beforeEach(() => localStorage.clear());
afterEach(cleanup);

/** A preview that waits for a call of this kind, beside a model that answers this. */
async function waiting(kind: string, model: (request: PreviewRequest, signal: AbortSignal) => Promise<ModelAnswer>) {
  const said: Line[] = [];
  const call: PendingCall = { entry: 1, kind, step: "ask", request: {} };
  const editor = createEditor("sample", { steps: { ask: { type: kind } } });
  const run = async ({ steps }: PreviewRequest) => {
    said.splice(0, said.length, ...steps);
    const calls = steps.some((line) => "reply" in line) ? [] : [call];
    return { diagnostics: [], turns: [], chat: null, session: null, calls } as unknown as PreviewAnswer;
  };
  const { store } = createPreview(editor, run, model);
  store.getState().say("When do you open?");
  await vi.waitFor(() => expect(store.getState().answer?.calls).toHaveLength(1));
  render(
    <English>
      <EditorContext value={editor}>
        <PreviewContext value={store}>
          <Calls />
        </PreviewContext>
      </EditorContext>
    </English>,
  );
  return { said, store };
}

test("the model's answer is looked at first, and can be written over", async () => {
  const asked: PreviewRequest[] = [];
  const { said } = await waiting("ai_reply", async (request) => {
    asked.push(request);
    return { entry: 1, reply: { text: "At 9." }, tokens: { prompt: 12, answer: 3 }, cost: "0.0025 USD" };
  });
  fireEvent.click(screen.getByRole("button", { name: "Ask the model" }));
  await screen.findByText("12 tokens asked, 3 answered · 0.0025 USD");
  expect(asked).toMatchObject([{ bot: "sample", steps: [{ customer: "When do you open?" }] }]);
  const answer = screen.getByRole<HTMLTextAreaElement>("textbox");
  expect(JSON.parse(answer.value)).toEqual({ text: "At 9." });
  expect(said).toEqual([{ customer: "When do you open?" }]);
  fireEvent.change(answer, { target: { value: '{"text": "At nine."}' } });
  fireEvent.click(screen.getByRole("button", { name: "Answer" }));
  expect(said).toEqual([{ customer: "When do you open?" }, { reply: { text: "At nine." } }]);
});

test("a search is answered by hand alone", async () => {
  const { said } = await waiting("find", () => Promise.reject(new Error("no model is asked")));
  expect(screen.queryByRole("button", { name: "Ask the model" })).toBeNull();
  expect(JSON.parse(screen.getByRole<HTMLTextAreaElement>("textbox").value)).toEqual({ found: { id: "", name: "" } });
  fireEvent.change(screen.getByRole("textbox"), { target: { value: '{"found": null}' } });
  fireEvent.click(screen.getByRole("button", { name: "Answer" }));
  expect(said.at(-1)).toEqual({ reply: { found: null } });
});

test("why there is no answer is told, and the button can be pressed again", async () => {
  const detail = "previews ask no models here: set `previews = true` under [openai] in the settings";
  await waiting("ai_route", () => Promise.reject(new ApiError(403, { detail })));
  fireEvent.click(screen.getByRole("button", { name: "Ask the model" }));
  expect((await screen.findByRole("alert")).textContent).toBe(detail);
  expect(screen.getByRole<HTMLButtonElement>("button", { name: "Ask the model" }).disabled).toBe(false);
});

test("an answer that nobody waits for any more is not paid for", async () => {
  let signal: AbortSignal | null = null;
  await waiting("ai_extract", (_, given) => {
    signal = given;
    return new Promise(() => {});
  });
  fireEvent.click(screen.getByRole("button", { name: "Ask the model" }));
  expect(screen.getByRole<HTMLButtonElement>("button", { name: "The model is asked…" }).disabled).toBe(true);
  cleanup();
  expect(signal).toMatchObject({ aborted: true });
});

test("a call to another system is for no model", async () => {
  await waiting("http", () => Promise.reject(new Error("asked")));
  expect(screen.queryByRole("button", { name: "Ask the model" })).toBeNull();
});
