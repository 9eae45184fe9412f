import type { Page } from "playwright-core";
import { beforeEach, expect, test } from "vitest";

import { violations } from "./browser";
import { keepDraft } from "./graph";
import { onStage, type Opened, shot } from "./stories";

const BLANK = { format: 1, name: "Story", language: "en", triggers: [{ on: "message", any: true }], start: "welcome", steps: { welcome: { type: "message", text: "Hello!" } } };

const stage = onStage();
/** The bot of the story that is told: each has its own, for an editor that is still open saves its own. */
let bot = "";
let told = 0;

beforeEach(async () => {
  told += 1;
  bot = `story_${told}`;
  await save(BLANK);
});

/** Each story begins with a bot that only says hello. */
async function save(document: object): Promise<void> {
  await keepDraft(stage.server, bot, document);
}

async function editor(options = {}): Promise<Opened> {
  const opened = await stage.open(`/bots/${bot}`, options);
  await opened.page.getByRole("treeitem", { name: "Welcome" }).click();
  await opened.page.getByLabel("Text", { exact: true }).waitFor();
  return opened;
}

/** What the server keeps of the bot: a part of its draft. */
async function kept(key: string): Promise<unknown> {
  const answer = await fetch(`${stage.server.url}/api/v1/bots/${bot}`);
  return ((await answer.json()) as { draft: { document: Record<string, unknown> } }).draft.document[key];
}

async function step(id: string): Promise<unknown> {
  return ((await kept("steps")) as Record<string, unknown>)[id];
}

/** Adds a step behind the selected one, with the keyboard. */
async function add(page: Page, typed: string): Promise<void> {
  await page.locator(".outline-row[aria-selected=true]").focus();
  await page.keyboard.press("/");
  await page.getByRole("combobox", { name: "Find a kind of step" }).waitFor();
  await page.keyboard.type(typed);
  await page.keyboard.press("Enter");
  await page.getByRole("dialog").waitFor({ state: "detached" });
}

/** Chooses from the menu of an entry, or of the step's keys. */
async function choose(page: Page, button: string | RegExp, item: string): Promise<void> {
  await page.getByRole("button", { name: button }).last().click();
  await page.getByRole("menuitem", { name: item }).click();
}

/** The place that has the focus. */
function focused(page: Page): Promise<string | null> {
  return page.evaluate(() => document.activeElement?.getAttribute("data-path") ?? null);
}

/** A field of something inside of the step, such as a button: its name goes on with what it belongs to. */
function owned(page: Page, name: string) {
  return page.getByLabel(new RegExp(`^${name}, [^:]+$`));
}

test("/, a few letters and Enter add reply buttons behind the selected step, and their text has the focus", async () => {
  const { page, wrong } = await editor();
  await add(page, "but");
  await expect.poll(() => focused(page)).toBe("text");
  await page.keyboard.type("What do you need?");
  await page.getByLabel("Button 1", { exact: true }).fill("Prices");
  await page.getByLabel("Button 2", { exact: true }).fill("Support");
  await page.getByRole("button", { name: "Add button" }).click();
  await expect.poll(() => focused(page)).toBe("buttons.2.title");
  await page.keyboard.type("A person");
  await shot(page, "inspector-buttons");
  await choose(page, "More for Button 3", "Other words");
  await owned(page, "Other words").fill("agent");
  await page.keyboard.press("Enter");
  await page.getByLabel("Button 1", { exact: true }).fill("A title of 21 letters");
  await page.getByText("21/20").waitFor();
  await page.getByLabel("Button 1", { exact: true }).fill("Prices");
  const buttons = [
    { id: "option_1", title: "Prices" },
    { id: "option_2", title: "Support" },
    { id: "option_3", title: "A person", synonyms: ["agent"] },
  ];
  await expect.poll(() => kept("steps")).toEqual({
    welcome: { type: "message", text: "Hello!", next: "message" },
    message: { type: "message", text: "What do you need?", buttons },
  });
  expect(wrong).toEqual([]);
});

test("a list of two sections, a question that wants a whole number, and where they lead", async () => {
  const { page, wrong } = await editor();
  await add(page, "list");
  await page.getByLabel("Text", { exact: true }).fill("When?");
  await page.getByLabel("Section 1", { exact: true }).fill("Morning");
  await owned(page, "Row 1").fill("9:00");
  await owned(page, "Row 2").fill("10:00");
  await owned(page, "Description").last().fill("The last one");
  await page.getByRole("button", { name: "Add section" }).click();
  await expect.poll(() => focused(page)).toBe("sections.1.title");
  await page.keyboard.type("Afternoon");
  await owned(page, "Row 1").last().fill("14:00");
  // A row leads to a step that is made for it.
  await page.getByRole("button", { name: /^Goes to/ }).last().click();
  await page.getByRole("combobox", { name: "Find the step" }).fill("question");
  await page.keyboard.press("Enter");
  await page.getByLabel("Expected answer", { exact: true }).waitFor();
  await page.getByLabel("Text", { exact: true }).fill("How many?");
  await page.getByLabel("Expected answer", { exact: true }).selectOption({ label: "Whole number" });
  await page.getByLabel("Save as", { exact: true }).fill("vars.people");
  await page.getByLabel("When the answer does not fit", { exact: true }).fill("A number, please.");
  await choose(page, "Add …", "Highest");
  await page.getByLabel("Highest", { exact: true }).fill("12");
  await choose(page, "Add …", "When no answer comes");
  await owned(page, "After").fill("2");
  await page.getByRole("button", { name: /^Goes to/ }).last().click();
  await page.getByRole("combobox", { name: "Find the step" }).fill("welcome");
  await page.keyboard.press("Enter");
  await expect
    .poll(() => kept("steps"))
    .toEqual({
      welcome: { type: "message", text: "Hello!", next: "list" },
      list: {
        type: "list",
        text: "When?",
        button: "Options",
        sections: [
          { title: "Morning", rows: [{ id: "option_1", title: "9:00" }, { id: "option_2", title: "10:00", description: "The last one" }] },
          { title: "Afternoon", rows: [{ id: "option_3", title: "14:00", goto: "ask" }] },
        ],
      },
      ask: { type: "ask", text: "How many?", expect: "integer", save: "vars.people", invalid: "A number, please.", max: 12, timeout: { after: "2h", goto: "welcome" } },
    });
  await shot(page, "inspector-ask");
  expect(wrong).toEqual([]);
});

test("a condition of rows, and values that are set", async () => {
  const { page, wrong } = await editor();
  await add(page, "set values");
  await page.getByPlaceholder("Add field").fill("vars.score");
  await page.keyboard.press("Enter");
  await owned(page, "Value of vars.score").fill("{{ (vars.score ?? 0) + 10 }}");
  await page.getByPlaceholder("Add field").fill("lead.price");
  await page.keyboard.press("Enter");
  await page.getByLabel("Kind of “Value of lead.price").selectOption({ label: "Number" });
  await owned(page, "Value of lead.price").fill("1200");
  await add(page, "condition");
  await expect.poll(() => focused(page)).toBe("branches.0.when");
  await page.keyboard.type("vars.score");
  await page.getByLabel("Comparison").selectOption("≥");
  await owned(page, "Value").fill("50");
  await page.getByRole("button", { name: "Add condition" }).click();
  await page.getByLabel("What is compared").last().fill("contact.email");
  await page.getByLabel("Comparison").last().selectOption("is there");
  await page.getByLabel("How the conditions are joined").selectOption("One is enough");
  await page.getByRole("button", { name: /^Goes to/ }).click();
  await page.getByRole("combobox", { name: "Find the step" }).fill("hand off");
  await page.keyboard.press("Enter");
  await page.getByLabel("To", { exact: true }).selectOption({ label: "A team" });
  await owned(page, "Team").fill("sales");
  await expect
    .poll(() => kept("steps"))
    .toEqual({
      welcome: { type: "message", text: "Hello!", next: "set" },
      set: { type: "set", fields: { "vars.score": "{{ (vars.score ?? 0) + 10 }}", "lead.price": 1200 }, next: "condition" },
      condition: { type: "condition", branches: [{ when: "vars.score >= 50 || contact.email != ()", goto: "handoff" }] },
      handoff: { type: "handoff", to: { team: "sales" } },
    });
  expect(wrong).toEqual([]);
});

test("a call over HTTP, a template and AI routing", async () => {
  const { page, wrong } = await editor();
  await add(page, "http");
  await page.getByLabel("Method", { exact: true }).selectOption("POST");
  await page.getByLabel("Address", { exact: true }).fill("https://crm.example.com/orders");
  await choose(page, "Add …", "Body: JSON");
  await page.getByLabel("Kind of “Body: JSON”").selectOption("JSON");
  await page.getByLabel("Body: JSON", { exact: true }).fill('{"email": "{{ contact.email }}"}');
  await page.getByLabel("Kind of “Save as”").selectOption("Expressions by path");
  await page.getByPlaceholder("Add path").fill("vars.order");
  await page.keyboard.press("Enter");
  await owned(page, "Value of vars.order").fill("reply.json.id");
  await add(page, "template");
  await page.getByLabel("Name", { exact: true }).fill("order_sent");
  await page.locator(".inspector").getByLabel("Language", { exact: true }).fill("en");
  await page.getByLabel("Variables of the template", { exact: true }).selectOption("By name");
  await page.getByPlaceholder("Add variable").fill("name");
  await page.keyboard.press("Enter");
  await owned(page, "Value of name").pressSequentially("{{first");
  await page.getByRole("option", { name: "contact.first_name" }).waitFor();
  await page.keyboard.press("Enter");
  await add(page, "ai routing");
  await page.getByLabel("Intent 1", { exact: true }).fill("buy");
  await owned(page, "Description").fill("wants to buy");
  await owned(page, "Examples").fill("how much is it?");
  await page.keyboard.press("Enter");
  await page.getByRole("button", { name: /^Goes to/ }).click();
  await page.getByRole("combobox", { name: "Find the step" }).fill("welcome");
  await page.keyboard.press("Enter");
  await expect
    .poll(() => kept("steps"))
    .toEqual({
      welcome: { type: "message", text: "Hello!", next: "http" },
      http: { type: "http", method: "POST", url: "https://crm.example.com/orders", json: { email: "{{ contact.email }}" }, save: { "vars.order": "reply.json.id" }, next: "template" },
      template: { type: "template", name: "order_sent", language: "en", parameters: { name: "{{ contact.first_name }}" }, next: "ai_route" },
      ai_route: { type: "ai_route", intents: [{ name: "buy", description: "wants to buy", examples: ["how much is it?"], goto: "welcome" }] },
    });
  expect(wrong).toEqual([]);
});

test("the bot itself: triggers, hours, variables and what steps leave out", async () => {
  const { page, wrong } = await editor();
  await page.getByRole("button", { name: "Settings of the bot" }).click();
  await page.getByLabel("Name", { exact: true }).fill("Orders");
  await page.getByLabel("Time zone", { exact: true }).fill("America/Bogota");
  await owned(page, "Any message").uncheck();
  await owned(page, "Keywords").fill("price");
  await page.keyboard.press("Enter");
  await page.keyboard.type("order");
  await page.keyboard.press("Enter");
  await page.getByRole("button", { name: "Add trigger" }).click();
  await page.getByLabel("Trigger 2", { exact: true }).selectOption("Stage");
  await owned(page, "Pipeline").fill("sales");
  await owned(page, "Stage").fill("new");
  await page.getByPlaceholder("Add variable").fill("score");
  await page.keyboard.press("Enter");
  await owned(page, "Type").selectOption("Whole number");
  await page.getByRole("button", { name: "Add days" }).click();
  await owned(page, "To").fill("17:00");
  await choose(page, "Add …", "What steps leave out");
  await page.getByRole("group", { name: "What steps leave out" }).getByRole("button", { name: "Add …" }).click();
  await page.getByRole("menuitem", { name: "Session expires after" }).click();
  await owned(page, "Session expires after").fill("2");
  await page.getByLabel(/^Session expires after.*: unit$/).selectOption("days");
  await expect
    .poll(async () => [await kept("name"), await kept("timezone"), await kept("triggers"), await kept("variables"), await kept("hours"), await kept("defaults")])
    .toEqual([
      "Orders",
      "America/Bogota",
      [{ on: "message", keywords: ["price", "order"] }, { on: "stage", pipeline: "sales", stage: "new" }],
      { score: { type: "integer" } },
      { "mon-fri": ["09:00-17:00"] },
      { expires: "2d" },
    ]);
  await shot(page, "inspector-bot");
  expect(wrong).toEqual([]);
});

test("a step's id is changed where it stands and wherever it is named, and both are undone at once", async () => {
  const { page, wrong } = await editor();
  await add(page, "stop");
  await page.getByText("Developer", { exact: true }).click();
  await page.getByLabel("Id", { exact: true }).fill("Not an id");
  await page.getByText(/An id begins with/).waitFor();
  await page.getByLabel("Id", { exact: true }).fill("the_end");
  await page.keyboard.press("Enter");
  await expect.poll(() => kept("steps")).toEqual({ welcome: { type: "message", text: "Hello!", next: "the_end" }, the_end: { type: "stop" } });
  await page.getByText("Used by 1 way").click();
  await page.locator(".used-by").getByRole("button", { name: "Welcome" }).click();
  await expect.poll(() => focused(page)).toBe("next");
  await page.getByRole("button", { name: "Undo" }).click();
  await expect.poll(() => step("stop")).toEqual({ type: "stop" });
  expect(wrong).toEqual([]);
});

test("an edited field is drawn in the preview at once, and what the checker says stands at its field", async () => {
  await save({ ...BLANK, steps: { welcome: { type: "message", text: "Hello {{ vars.nobody }}", media: { kind: "image", link: "" } } } });
  const { page } = await editor();
  await page.locator(".field", { has: page.getByLabel("Text", { exact: true }) }).getByText(/nobody/).last().waitFor();
  await page.getByRole("button", { name: "What is “Media”?" }).click();
  await page.locator(".field-help").waitFor();
  await page.getByRole("button", { name: "Remove “Media”" }).click();
  await page.getByLabel("Text", { exact: true }).fill("Good morning");
  await page.getByRole("button", { name: "Run from here" }).click();
  await page.getByRole("log").getByText("Good morning").waitFor();
});

for (const colorScheme of ["light", "dark"] as const) {
  test(`axe finds nothing in the forms, ${colorScheme}`, async () => {
    const { page, wrong } = await editor({ colorScheme });
    for (const typed of ["but", "list", "carousel", "condition", "wait", "http", "template", "ai ext"]) {
      await add(page, typed);
      expect(await violations(page), typed).toEqual([]);
    }
    await page.getByRole("button", { name: "Add …" }).click();
    expect(await violations(page)).toEqual([]);
    await shot(page, `inspector-menu-${colorScheme}`);
    await page.keyboard.press("Escape");
    await page.getByRole("button", { name: "Settings of the bot" }).click();
    expect(await violations(page)).toEqual([]);
    await shot(page, `inspector-bot-${colorScheme}`);
    expect(wrong).toEqual([]);
  });
}
