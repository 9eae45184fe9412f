import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";

import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";

import { startBrowser, violations } from "./browser";
import { type Server, startServer } from "./server";
import { BOTS, says, send, shot, studio as open } from "./stories";

let server: Server;
let browser: Browser;

beforeAll(async () => {
  [server, browser] = await Promise.all([startServer(BOTS), startBrowser()]);
});
afterAll(async () => {
  await browser?.close();
  await server?.stop();
});

async function studio(bot = "cafe", options: Parameters<typeof open>[3] = {}) {
  const opened = await open(browser, server, `/bots/${bot}`, options);
  await opened.page.getByRole("tab", { name: "Preview" }).click();
  return opened;
}

/** Keeps a bot of the test's own as a draft. */
async function draft(id: string, document: object): Promise<void> {
  const saved = await fetch(`${server.url}/api/v1/bots/${id}/draft`, { method: "PUT", headers: { "content-type": "application/json" }, body: JSON.stringify(document) });
  expect(saved.status).toBe(200);
}

beforeEach(async () => {
  await draft("cafe", JSON.parse(await readFile(join(BOTS, "cafe.json"), "utf8")));
});

async function choose(page: Page, menu: string, item: string): Promise<void> {
  await page.getByRole("button", { name: menu, exact: true }).click();
  await page.getByRole("menuitem", { name: item }).click();
}

function current(page: Page, step: string) {
  return page.locator(`.react-flow__node[data-id="${step}"][aria-current="step"]`).waitFor();
}

describe("who writes, and what they do", () => {
  test("a reply button is a quoted bubble on the right, and back takes it away with all that followed", async () => {
    const { page, wrong } = await studio();
    await page.getByRole("button", { name: "Test" }).click();
    await says(page, /Qué necesitas/);
    await current(page, "welcome");
    await page.getByRole("button", { name: "Pedir café" }).click();
    await says(page, /Cuál te apetece/);
    await current(page, "beans");
    const bubble = page.locator(".sb-out").last();
    expect(await bubble.innerText()).toContain("Pedir café");
    expect(await bubble.locator(".sb-quote").count()).toBe(1);
    await page.getByRole("button", { name: "Back", exact: true }).click();
    await current(page, "welcome");
    await page.locator(".sb-out").waitFor({ state: "detached" });
    expect(wrong).toEqual([]);
  });

  test("a row of a list is chosen with the keyboard, and sent", async () => {
    const { page, wrong } = await studio();
    await page.getByRole("button", { name: "Test" }).click();
    await page.getByRole("button", { name: "Pedir café" }).click();
    await page.getByRole("button", { name: "Ver cafés" }).press("Enter");
    const sheet = page.getByRole("dialog", { name: "Ver cafés" });
    await sheet.getByText("De la casa").waitFor();
    await sheet.getByRole("radio", { name: /Huila/ }).focus();
    await page.keyboard.press("ArrowDown");
    expect(await sheet.getByRole("radio", { name: /Nariño/ }).isChecked()).toBe(true);
    await shot(page, "preview-sheet");
    await page.keyboard.press("Enter");
    await says(page, "¿Cuántas tazas de Nariño?");
    await current(page, "cups");
    expect(wrong).toEqual([]);
  });

  test("a contact with a name, tags and a lead is who writes, and is kept for the next time", async () => {
    await draft("greeting", {
      format: 1,
      name: "Greeting",
      language: "en",
      triggers: [{ on: "message", any: true }],
      start: "hi",
      steps: { hi: { type: "message", text: "Hi {{ contact.first_name }} of {{ contact.fields.city }}, {{ lead.stage }}" } },
    });
    const { page, wrong } = await studio("greeting");
    await page.getByRole("button", { name: "Contact: Guest" }).click();
    const dialog = page.getByRole("dialog", { name: "Contact" });
    await dialog.getByLabel("Name", { exact: true }).fill("Ana Souza");
    await dialog.getByLabel("Fields", { exact: true }).fill("city = Recife");
    await dialog.getByLabel("Stage", { exact: true }).fill("negotiation");
    await shot(page, "preview-persona");
    await dialog.getByRole("button", { name: "Keep for later" }).click();
    await dialog.getByRole("button", { name: "Use", exact: true }).click();
    await send(page, "hi");
    await says(page, "Hi Ana of Recife, negotiation");
    await page.reload();
    await page.getByRole("tab", { name: "Preview" }).click();
    await page.getByRole("button", { name: "Contact: Guest" }).click();
    await dialog.getByRole("combobox", { name: "Saved contacts" }).selectOption("Ana Souza");
    expect(await dialog.getByRole("textbox", { name: "Fields", exact: true }).inputValue()).toBe("city = Recife");
    expect(wrong).toEqual([]);
  });

  test("media, a place, a contact, an order and an ad come in, statuses and people, too", async () => {
    const { page, wrong } = await studio();
    await page.getByRole("button", { name: "Test" }).click();
    await says(page, /Qué necesitas/);
    await page.getByRole("button", { name: "Send something else" }).click();
    await shot(page, "preview-attach");
    await page.keyboard.press("Escape");
    await choose(page, "Send something else", "Image");
    await page.getByRole("dialog").getByLabel("Caption").fill("Mira esto");
    await page.getByRole("dialog").getByRole("button", { name: "Do it" }).click();
    await says(page, "Mira esto");
    await choose(page, "Send something else", "Location");
    await page.getByRole("dialog").getByLabel("Place").selectOption("Bogotá");
    await page.getByRole("dialog").getByRole("button", { name: "Do it" }).click();
    await says(page, "Carrera 7");
    for (const item of ["Contact card", "Order from the catalog", "Reaction"]) {
      await choose(page, "Send something else", item);
      await page.getByRole("dialog").getByRole("button", { name: "Do it" }).click();
      await page.getByRole("dialog").waitFor({ state: "detached" });
    }
    await choose(page, "More", "Last message read");
    await page.locator(".sb-read").last().waitFor();
    await shot(page, "preview-inputs");
    await choose(page, "More", "Last message failed");
    await page.getByRole("dialog").getByLabel("Error").selectOption("131026");
    await page.getByRole("dialog").getByRole("button", { name: "Do it" }).click();
    await choose(page, "More", "Hand off to a team");
    await page.getByRole("dialog").getByRole("button", { name: "Do it" }).click();
    await choose(page, "More", "An agent writes");
    await page.getByRole("dialog").getByLabel("Text").fill("Hola, soy Marta");
    await page.getByRole("dialog").getByRole("button", { name: "Do it" }).click();
    await says(page, "Hola, soy Marta");
    await choose(page, "More", "Give back to the bot");
    await shot(page, "preview-people");
    expect(await page.getByRole("alert").count()).toBe(0);
    expect(wrong).toEqual([]);
  });

  test("a trigger with its data starts the bot, or a step with chosen variables", async () => {
    const { page, wrong } = await studio();
    await page.getByRole("button", { name: "Start by a trigger" }).click();
    const dialog = page.getByRole("dialog", { name: "Start by a trigger" });
    expect(await dialog.getByLabel("Text").inputValue()).toBe("hola");
    await dialog.getByLabel("Started by").selectOption({ label: "At a step" });
    await dialog.getByRole("combobox", { name: "Step", exact: true }).selectOption("cups");
    await dialog.getByLabel("Variables as JSON").fill('{"bean": "Huila"}');
    await shot(page, "preview-start");
    await dialog.getByRole("button", { name: "Start", exact: true }).click();
    await says(page, "¿Cuántas tazas de Huila?");
    expect(wrong).toEqual([]);
  });

  test("the chat is as wide and as light as one chooses, and says that it is simulated", async () => {
    const { page, wrong } = await studio();
    await page.getByRole("button", { name: "Test" }).click();
    await page.getByText("Simulated").waitFor();
    await page.getByRole("button", { name: "More", exact: true }).click();
    await shot(page, "preview-more");
    await page.getByRole("menuitemcheckbox", { name: "320 pixels wide" }).click();
    expect((await page.locator(".phone").boundingBox())?.width).toBe(320);
    await page.getByRole("button", { name: "More", exact: true }).click();
    await page.getByRole("menuitemcheckbox", { name: "Dark" }).click();
    await expect.poll(() => page.locator(".sb-chat").evaluate((chat) => getComputedStyle(chat).backgroundColor)).toBe("rgb(11, 20, 26)");
    await shot(page, "preview-dark-phone");
    expect(wrong).toEqual([]);
  });
});

describe("time", () => {
  test("after a day the window is red, a divider says so, and what is freely written fails as production fails", async () => {
    await draft("late", {
      format: 1,
      name: "Late",
      language: "en",
      triggers: [{ on: "message", any: true }],
      start: "hi",
      steps: {
        hi: { type: "message", text: "Back tomorrow", next: "pause" },
        pause: { type: "wait", for: { delay: "30h" }, next: "again" },
        again: { type: "message", text: "Here I am", outside_window: "fail" },
      },
    });
    const { page, wrong } = await studio("late");
    await send(page, "hi");
    await says(page, "Back tomorrow");
    await page.locator(".pill.ok", { hasText: /^Window 2[34]:/ }).waitFor();
    await choose(page, "Skip time", "1 hour");
    await choose(page, "Skip time", "24 hours");
    await page.locator(".pill.error", { hasText: "Window closed" }).waitFor();
    await page.locator(".sb-note").last().waitFor();
    await choose(page, "Skip time", "To the next timer");
    await page.locator(".sb-row", { hasText: "Here I am" }).locator(".sb-failure", { hasText: "131047" }).waitFor();
    await shot(page, "preview-closed");
    expect(wrong).toEqual([]);
  });

  test("time passes until a date", async () => {
    const { page, wrong } = await studio();
    await page.getByRole("button", { name: "Test" }).click();
    await says(page, /Qué necesitas/);
    await choose(page, "Skip time", "To a date…");
    const dialog = page.getByRole("dialog", { name: "To a date…" });
    const tomorrow = new Date(Date.now() + 22 * 3600_000).toISOString().slice(0, 16);
    await dialog.getByLabel("Date and time").fill(tomorrow);
    await dialog.getByRole("button", { name: "Do it" }).click();
    await page.locator(".pill.warn", { hasText: /^Window 0[12]:/ }).waitFor();
    expect(wrong).toEqual([]);
  });
});

describe("every moment of the trace", () => {
  test("an entry of the trace shows its moment in the chat and on the canvas, and what is done there goes on from there", async () => {
    const { page, wrong } = await studio();
    await page.getByRole("button", { name: "Test" }).click();
    await page.getByRole("button", { name: "Pedir café" }).click();
    await says(page, /Cuál te apetece/);
    await current(page, "beans");
    await page.getByRole("tab", { name: "Trace" }).click();
    await page.getByRole("button", { name: "Waiting Bienvenida" }).click();
    await current(page, "welcome");
    await shot(page, "preview-trace");
    await page.getByRole("tab", { name: "Preview" }).click();
    await page.getByText("Stopped at “Bienvenida”, line 1").waitFor();
    await page.locator(".sb-out").waitFor({ state: "detached" });
    await page.getByRole("button", { name: "To the end" }).click();
    await says(page, /Cuál te apetece/);
    await page.getByRole("tab", { name: "Trace" }).click();
    await page.getByRole("button", { name: "Waiting Bienvenida" }).click();
    await page.getByRole("tab", { name: "Preview" }).click();
    await page.locator(".sb-out").waitFor({ state: "detached" });
    await page.getByRole("button", { name: "Horarios" }).first().click();
    await says(page, /Abrimos de 8 a 20 h/);
    expect(await page.locator(".sb-out").count()).toBe(1);
    expect(wrong).toEqual([]);
  });

  test("step by step, with a breakpoint, by keys", async () => {
    const { page, wrong } = await studio();
    await page.locator('.react-flow__node[data-id="again"]').click();
    await page.keyboard.press("b");
    await page.getByRole("group", { name: /Again.*breakpoint/ }).waitFor();
    await page.keyboard.press("Control+Enter");
    await says(page, /Qué necesitas/);
    await send(page, "zzz");
    await page.getByText("Stopped at “Again”, line 2").waitFor();
    await current(page, "again");
    await shot(page, "preview-breakpoint");
    await page.keyboard.press("F10");
    await page.getByText("Stopped at “Bienvenida”, line 2").waitFor();
    await page.keyboard.press("F9");
    await page.getByText("Stopped at “Again”, line 2").waitFor();
    await page.getByRole("button", { name: "Continue" }).click();
    await current(page, "welcome");
    await page.getByText(/^Stopped at/).waitFor({ state: "detached" });
    await page.keyboard.press("F9");
    await page.locator(".sb-out").waitFor({ state: "detached" });
    expect(wrong).toEqual([]);
  });

  test("a value that is changed by hand is what the next bubble says", async () => {
    // Without words of its own for a wrong answer the step asks again.
    const cafe = JSON.parse(await readFile(join(BOTS, "cafe.json"), "utf8")) as { steps: { cups: { invalid?: string } } };
    delete cafe.steps.cups.invalid;
    await draft("cafe", cafe);
    const { page, wrong } = await studio();
    await page.getByRole("button", { name: "Test" }).click();
    await page.getByRole("button", { name: "Pedir café" }).click();
    await page.getByRole("button", { name: "Ver cafés" }).click();
    await page.getByText("Yirgacheffe").last().click();
    await page.getByRole("dialog").getByRole("button", { name: "Send" }).click();
    await says(page, "¿Cuántas tazas de Yirgacheffe?");
    await page.getByRole("tab", { name: "Variables" }).click();
    await page.getByText("changed").first().waitFor();
    await shot(page, "preview-variables");
    await page.getByRole("button", { name: "Change vars.bean" }).click();
    await page.getByRole("textbox", { name: "vars.bean" }).fill("Geisha");
    await page.keyboard.press("Enter");
    await page.getByText("Geisha").waitFor();
    await page.getByRole("tab", { name: "Preview" }).click();
    await send(page, "muchas");
    await says(page, "¿Cuántas tazas de Geisha?");
    expect(wrong).toEqual([]);
  });
});

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
    await draft("asking", ASKING);
    const { page, wrong } = await studio("asking");
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
    await draft("marked", {
      format: 1,
      name: "Marked",
      language: "en",
      triggers: [{ on: "message", any: true }],
      start: "hi",
      steps: { hi: { type: "message", text: "*a* _b_ ~c~ ```d``` <img src=x onerror=alert(1)>" } },
    });
    const { page, wrong } = await studio("marked");
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
    await draft("template", {
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
    const { page, wrong } = await studio("template");
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

  test("the cards of a carousel are gone through by keys", async () => {
    const card = (name: string) => ({ media: { kind: "image", link: `https://shop.example/${name}.jpg` }, text: name, buttons: [{ id: `buy_${name}`, title: `Buy ${name}`, goto: "bye" }] });
    await draft("cards", {
      format: 1,
      name: "Cards",
      language: "en",
      triggers: [{ on: "message", any: true }],
      start: "hi",
      steps: { hi: { type: "carousel", text: "Our coffees", cards: ["one", "two", "three"].map(card) }, bye: { type: "message", text: "Thanks for {{ message.text }}" } },
    });
    const { page, wrong } = await studio("cards");
    await send(page, "hi");
    const cards = page.getByRole("group", { name: "3 cards" });
    await cards.focus();
    await page.keyboard.press("ArrowRight");
    await expect.poll(() => cards.evaluate((element) => element.scrollLeft)).toBeGreaterThan(0);
    await shot(page, "preview-cards");
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
    await mkdir(join(server.bots, "flows"), { recursive: true });
    await writeFile(join(server.bots, "flows", "visit.json"), JSON.stringify(ASK));
    await draft("visit", visit("visit"));
    const { page, wrong } = await studio("visit");
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
    await draft("visit", visit("123456"));
    const { page, wrong } = await studio("visit");
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

describe("tests", () => {
  test("a conversation is kept beside its bot, run with the draft, and opened where it fails", async () => {
    const { page, wrong } = await studio();
    await send(page, "hola");
    await says(page, /Qué necesitas/);
    await choose(page, "More", "Save as test…");
    const saving = page.getByRole("dialog", { name: "Save as test…" });
    await saving.getByLabel("Name of the test").fill("greets");
    await saving.getByRole("button", { name: "Keep" }).click();
    await saving.getByText(/^Kept in .*cafe\.test\.json/).waitFor();
    await shot(page, "preview-save");
    await page.keyboard.press("Escape");
    const { dialogs } = JSON.parse(await readFile(join(server.bots, "cafe.test.json"), "utf8"));
    expect(dialogs).toMatchObject([{ name: "greets", steps: [{ customer: "hola" }, { bot: { buttons: ["Pedir café", "Horarios", "Hablar con alguien"] } }] }]);

    await choose(page, "More", "Run tests…");
    await page.getByText("1 passed, 0 failed").waitFor();
    await page.keyboard.press("Escape");
    await page.getByRole("treeitem", { name: "Bienvenida" }).click();
    await page.getByRole("tab", { name: "Step" }).click();
    await page.getByLabel("Text", { exact: true }).fill("¡Buenas!");
    await page.getByRole("tab", { name: "Preview" }).click();
    await choose(page, "More", "Run tests…");
    await page.getByText("0 passed, 1 failed").waitFor();
    await shot(page, "preview-tests");
    expect(await violations(page)).toEqual([]);
    await page.getByRole("button", { name: "Open “greets”" }).click();
    await page.getByText(/Test “greets” fails here/).waitFor();
    await says(page, "¡Buenas!");
    expect(wrong).toEqual([]);
  });
});

describe("everybody can use it", () => {
  for (const colorScheme of ["light", "dark"] as const) {
    test(`axe finds nothing in its menus, sheets and windows in ${colorScheme}`, async () => {
      const { page, wrong } = await studio("cafe", { colorScheme });
      await page.getByRole("button", { name: "Test" }).click();
      await page.getByRole("button", { name: "Pedir café" }).click();
      await page.getByRole("button", { name: "Ver cafés" }).click();
      await page.getByRole("dialog", { name: "Ver cafés" }).waitFor();
      expect(await violations(page)).toEqual([]);
      await shot(page, `preview-sheet-${colorScheme}`);
      await page.keyboard.press("Escape");
      for (const menu of ["Send something else", "More", "Skip time"]) {
        await page.getByRole("button", { name: menu, exact: true }).click();
        await page.getByRole("menu").waitFor();
        expect(await violations(page)).toEqual([]);
        await page.keyboard.press("Escape");
      }
      await page.getByRole("button", { name: "Contact: Guest" }).click();
      expect(await violations(page)).toEqual([]);
      await shot(page, `preview-persona-${colorScheme}`);
      await page.keyboard.press("Escape");
      for (const tab of ["Variables", "Trace"]) {
        await page.getByRole("tab", { name: tab }).click();
        if (tab === "Trace") {
          await page.getByRole("button", { name: "Waiting Bienvenida" }).click();
        }
        expect(await violations(page)).toEqual([]);
        await shot(page, `preview-${tab.toLowerCase()}-${colorScheme}`);
      }
      expect(wrong).toEqual([]);
    });
  }
});
