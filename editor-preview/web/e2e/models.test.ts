import { createServer, type Server as HttpServer } from "node:http";
import type { AddressInfo } from "node:net";

import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";

import { startBrowser, violations } from "./browser";
import { keepDraft } from "./graph";
import { type Server, startServer } from "./server";
import { choose, says, send, shot, studio } from "./stories";

/** Sorts what a customer wants, and answers questions. */
const ADVISOR = {
  name: "Advisor",
  language: "en",
  timezone: "UTC",
  triggers: [{ on: "message", any: true }],
  start: "sort",
  steps: {
    sort: {
      type: "ai_route",
     
      intents: [{ name: "hours", description: "asks when it is open", goto: "answer" }],
      otherwise: "menu",
      failed: "menu",
    },
    answer: { type: "ai_reply", instructions: "We open at 9.", failed: "menu" },
    menu: { type: "message", text: "Here is the menu." },
  },
};

let model: HttpServer;
let server: Server;
let browser: Browser;
/** What the model was asked, and what it does now. */
const asked: { messages: { role: string; content: string }[] }[] = [];
let isBusy = false;

beforeAll(async () => {
  model = createServer(async (request, response) => {
    let body = "";
    for await (const part of request) {
      body += String(part);
    }
    const question = JSON.parse(body);
    asked.push(question);
    const content = question.response_format ? '{"intent": "hours"}' : "We open at 9.";
    const choices = [{ message: { role: "assistant", content }, finish_reason: "stop" }];
    const said = isBusy ? { error: { message: "bad key" } } : { choices, usage: { prompt_tokens: 42, completion_tokens: 7 } };
    response.writeHead(isBusy ? 401 : 200, { "content-type": "application/json" }).end(JSON.stringify(said));
  });
  await new Promise<void>((resolve) => model.listen(0, "127.0.0.1", resolve));
  const { port } = model.address() as AddressInfo;
  const env = { OPENAI_API_KEY: "sk-test", OPENAI_MODEL: "test-model", OPENAI_BASE_URL: `http://127.0.0.1:${port}/v1` };
  [server, browser] = await Promise.all([startServer({ env }), startBrowser()]);
});
afterAll(async () => {
  await browser?.close();
  await server?.stop();
  model?.close();
});

test("a model is asked in the preview, and what it said is kept as a test that needs no model", async () => {
  await keepDraft(server, "advisor", ADVISOR);
  const { page, wrong } = await studio(browser, server, "/bots/advisor");
  await page.getByRole("tab", { name: "Preview" }).click();
  await send(page, "When do you open?");

  const ask = page.getByRole("button", { name: "Ask the model" });
  isBusy = true;
  await ask.click();
  await page.getByRole("alert").getByText("the model's server answered 401: bad key").waitFor();
  expect(wrong.splice(0)).toMatchObject([expect.stringContaining("502")]);
  isBusy = false;
  await ask.click();
  await page.getByText("42 tokens asked, 7 answered").waitFor();
  await shot(page, "preview-model");
  expect(await violations(page)).toEqual([]);
  await page.getByRole("button", { name: "Answer", exact: true }).click();
  await page.getByRole("heading", { name: /Answer/ }).waitFor();
  await ask.click();
  await page.getByText("42 tokens asked, 7 answered").waitFor();
  await page.getByRole("button", { name: "Answer", exact: true }).click();
  await says(page, "We open at 9.");
  expect(asked.at(-1)?.messages.at(-1)).toEqual({ role: "user", content: "When do you open?" });

  const questions = asked.length;
  await choose(page, "More", "Save as test…");
  await page.getByLabel("Name of the test").fill("tells the hours");
  await page.getByRole("button", { name: "Keep" }).click();
  await page.getByText("Kept with the bot.").waitFor();
  await page.keyboard.press("Escape");
  await choose(page, "More", "Run tests…");
  await page.getByText("1 passed, 0 failed").waitFor();
  expect(asked).toHaveLength(questions);
  const { dialogs } = (await (await fetch(`${server.url}/api/v1/bots/advisor/tests`)).json()) as { dialogs: unknown };
  const steps = [{ customer: "When do you open?" }, { reply: { intent: "hours" } }, { reply: { text: "We open at 9." } }, { bot: "We open at 9." }];
  expect(dialogs).toMatchObject([{ name: "tells the hours", steps }]);
  expect(wrong).toEqual([]);
});
