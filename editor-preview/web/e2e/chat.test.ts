import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { describe, expect, test } from "vitest";

import { violations } from "./browser";
import { keepDraft } from "./graph";
import { onStage, preview, says, send, shot } from "./stories";

const stage = onStage();

describe("calls", () => {
  const ASKING = {
    format: 1,
    name: "Asking",
    language: "en",
    triggers: [{ on: "message", any: true }],
    start: "price",
    steps: {
      price: { type: "http", label: "The price", method: "GET", url: "https://shop.example/price", save: { "vars.price": "reply.json.price" }, next: "tell" },
      tell: { type: "message", text: "It costs {{ vars.price }}" },
    },
  };

  test("a step's answer is offered again, or given always; nobody but this server is asked", async () => {
    await keepDraft(stage.server, "asking", ASKING);
    const { page, wrong } = await preview(stage, "asking");
    await send(page, "how much?");
    const answer = page.getByLabel("Answer with");
    await answer.fill('{"status": 200, "json": {"price": 9}}');
    await shot(page, "preview-call");
    await page.getByRole("button", { name: "Answer", exact: true }).click();
    await says(page, "It costs 9");
    await send(page, "and now?");
    expect(await answer.inputValue()).toContain('"price": 9');
    await page.getByRole("checkbox", { name: "Always answer like this" }).check();
    await page.getByRole("button", { name: "Answer", exact: true }).click();
    await expect.poll(() => page.getByText("It costs 9").count()).toBe(2);
    await send(page, "once more?");
    await expect.poll(() => page.getByText("It costs 9").count()).toBe(3);
    await page.getByRole("button", { name: "Ask again for “The price”" }).click();
    await send(page, "and?");
    await answer.waitFor();
    // Every request to anybody else would stand here.
    expect(wrong).toEqual([]);
  });
});

describe("what messages look like", () => {
  test("marks of WhatsApp are marks, and HTML is a text", async () => {
    await keepDraft(stage.server, "marked", {
      format: 1,
      name: "Marked",
      language: "en",
      triggers: [{ on: "message", any: true }],
      start: "hi",
      steps: { hi: { type: "message", text: "*a* _b_ ~c~ ```d``` <img src=x onerror=alert(1)>" } },
    });
    const { page, wrong } = await preview(stage, "marked");
    await send(page, "hi");
    const bubble = page.locator(".sb-in .sb-text").last();
    await bubble.waitFor();
    for (const [mark, text] of [["strong", "a"], ["em", "b"], ["del", "c"], ["code", "d"]] as const) {
      expect(await bubble.locator(mark).innerText()).toBe(text);
    }
    expect(await bubble.innerText()).toContain("<img src=x onerror=alert(1)>");
    expect(await bubble.locator("img").count()).toBe(0);
    expect(wrong).toEqual([]);
  });

  test("of a template's five buttons two are drawn, the others behind “See all options”", async () => {
    await keepDraft(stage.server, "template", {
      format: 1,
      name: "Template",
      language: "en",
      triggers: [{ on: "message", any: true }],
      start: "hi",
      steps: {
        hi: {
          type: "template",
          name: "five",
          language: "en",
          buttons: [1, 2, 3, 4, 5].map((number) => ({ id: `b${number}`, title: `Choice ${number}`, goto: "bye" })),
        },
        bye: { type: "message", text: "You chose {{ message.text }}" },
      },
    });
    const { page, wrong } = await preview(stage, "template");
    await send(page, "hi");
    const actions = page.locator(".sb-row > .sb-actions");
    await actions.waitFor();
    expect(await actions.locator("> button").allInnerTexts()).toEqual(["Choice 1", "Choice 2"]);
    await page.getByRole("button", { name: "See all options" }).click();
    const sheet = page.getByRole("dialog", { name: "See all options" });
    expect(await sheet.getByRole("button", { name: /^Choice/ }).allInnerTexts()).toEqual(["Choice 3", "Choice 4", "Choice 5"]);
    await shot(page, "preview-template");
    await sheet.getByRole("button", { name: "Choice 4" }).click();
    await says(page, "You chose Choice 4");
    expect(wrong).toEqual([]);
  });

  test("the cards of a carousel are gone through by keys, and by buttons that end where the cards do", async () => {
    const card = (name: string) => ({ media: { kind: "image", link: `https://shop.example/${name}.jpg` }, text: name, buttons: [{ id: `buy_${name}`, title: `Buy ${name}`, goto: "bye" }] });
    await keepDraft(stage.server, "cards", {
      format: 1,
      name: "Cards",
      language: "en",
      triggers: [{ on: "message", any: true }],
      start: "hi",
      steps: { hi: { type: "carousel", text: "Our coffees", cards: ["one", "two", "three"].map(card) }, bye: { type: "message", text: "Thanks for {{ message.text }}" } },
    });
    const { page, wrong } = await preview(stage, "cards");
    await send(page, "hi");
    const cards = page.getByRole("group", { name: "3 cards" });
    await cards.focus();
    await page.keyboard.press("ArrowRight");
    const place = () => cards.evaluate((element) => element.scrollLeft);
    await expect.poll(place).toBeGreaterThan(0);
    await page.keyboard.press("ArrowLeft");
    await expect.poll(place).toBe(0);
    const [back, next] = [page.getByRole("button", { name: "Previous card" }), page.getByRole("button", { name: "Next card" })];
    await back.waitFor({ state: "hidden" });
    await shot(page, "preview-cards");
    await next.click();
    await back.waitFor();
    await shot(page, "preview-cards-next");
    expect(await violations(page)).toEqual([]);
    await next.focus();
    await page.keyboard.press("Enter");
    await next.waitFor({ state: "hidden" });
    await back.and(page.locator(":focus")).waitFor();
    await page.keyboard.press("Enter");
    await next.waitFor();
    await page.getByRole("button", { name: "Buy two" }).click();
    await says(page, "Thanks for Buy two");
    expect(wrong).toEqual([]);
  });
});

describe("forms", () => {
  const ASK = {
    version: "7.1",
    screens: [
      {
        id: "WHO",
        title: "Who are you?",
        layout: {
          type: "SingleColumnLayout",
          children: [
            { type: "TextInput", name: "name", label: "Your name", required: true },
            { type: "Footer", label: "Next", "on-click-action": { name: "navigate", next: { type: "screen", name: "DAY" }, payload: { name: "${form.name}" } } },
          ],
        },
      },
      {
        id: "DAY",
        title: "Which day?",
        terminal: true,
        data: { name: { type: "string", __example__: "Ana" } },
        layout: {
          type: "SingleColumnLayout",
          children: [
            { type: "RadioButtonsGroup", name: "day", label: "Day", required: true, "data-source": [{ id: "mon", title: "Monday" }, { id: "tue", title: "Tuesday" }] },
            { type: "Footer", label: "Book", "on-click-action": { name: "complete", payload: { name: "${data.name}", day: "${form.day}" } } },
          ],
        },
      },
    ],
  };
  const visit = (flow: string) => ({
    format: 1,
    name: "Visit",
    language: "en",
    triggers: [{ on: "message", any: true }],
    start: "ask",
    steps: { ask: { type: "flow", flow, button: "Book a visit", text: "When do you come?", next: "bye" }, bye: { type: "message", text: "{{ flow.name }} on {{ flow.day }}" } },
  });

  test("a form is filled in screen by screen, told what is missing, and sent", async () => {
    await mkdir(join(stage.server.bots, "flows"), { recursive: true });
    await writeFile(join(stage.server.bots, "flows", "visit.json"), JSON.stringify(ASK));
    await keepDraft(stage.server, "visit", visit("visit"));
    const { page, wrong } = await preview(stage, "visit");
    await send(page, "hi");
    await page.getByRole("button", { name: "Fill in" }).click();
    const sheet = page.getByRole("dialog", { name: "Who are you?" });
    await sheet.getByRole("button", { name: "Next" }).click();
    await sheet.locator("[aria-invalid=true]").waitFor();
    await sheet.getByLabel("Your name").fill("Ana");
    await shot(page, "preview-form");
    await page.keyboard.press("Enter");
    const second = page.getByRole("dialog", { name: "Which day?" });
    await second.getByText("Monday").waitFor();
    await second.getByRole("button", { name: "Back to the screen before" }).click();
    expect(await sheet.getByLabel("Your name").inputValue()).toBe("Ana");
    await sheet.getByRole("button", { name: "Next" }).click();
    await second.getByText("Tuesday").click();
    expect(await violations(page)).toEqual([]);
    await second.getByRole("button", { name: "Book" }).click();
    await says(page, "Ana on tue");
    expect(wrong).toEqual([]);
  });

  test("a form that only WhatsApp knows is answered by names", async () => {
    await keepDraft(stage.server, "visit", visit("123456"));
    const { page, wrong } = await preview(stage, "visit");
    await send(page, "hi");
    await page.getByRole("button", { name: "Fill in" }).click();
    await page.getByRole("textbox", { name: "Name of answer 1" }).fill("name");
    await page.getByRole("textbox", { name: "Value of answer 1" }).fill("Ana");
    await page.getByRole("button", { name: "One more answer" }).click();
    await page.getByRole("textbox", { name: "Name of answer 2" }).fill("day");
    await page.getByRole("textbox", { name: "Value of answer 2" }).fill("mon");
    await page.getByRole("dialog").getByRole("button", { name: "Send" }).click();
    await says(page, "Ana on mon");
    expect(wrong).toEqual([]);
  });
});
