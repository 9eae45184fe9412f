import { describe, expect, test } from "vitest";

import { violations } from "./browser";
import { keepDraft } from "./graph";
import { beginWithCafe, BOTS, cafeFile, choose, current, onStage, preview, says, send, shot } from "./stories";

const stage = onStage(BOTS);
beginWithCafe(stage);

describe("who writes, and what they do", () => {
  test("a reply button is a quoted bubble on the right, and back takes it away with all that followed", async () => {
    const { page, wrong } = await preview(stage);
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
    const { page, wrong } = await preview(stage);
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
    await keepDraft(stage.server, "greeting", {
      format: 1,
      name: "Greeting",
      language: "en",
      triggers: [{ on: "message", any: true }],
      start: "hi",
      steps: { hi: { type: "message", text: "Hi {{ contact.first_name }} of {{ contact.fields.city }}, {{ lead.stage }}" } },
    });
    const { page, wrong } = await preview(stage, "greeting");
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
    const { page, wrong } = await preview(stage);
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
    const { page, wrong } = await preview(stage);
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
    const { page, wrong } = await preview(stage);
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
    await keepDraft(stage.server, "late", {
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
    const { page, wrong } = await preview(stage, "late");
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

  test("the clock is the bot's, as the chat's times are, wherever the browser is", async () => {
    const { page, wrong } = await preview(stage, "cafe", { timezoneId: "Asia/Tokyo" });
    await page.getByRole("button", { name: "Test" }).click();
    await says(page, /Qué necesitas/);
    const clock = page.locator(".preview-standing time");
    expect(await clock.textContent()).toContain("GMT-5");
    const now = (await clock.getAttribute("datetime")) ?? "";
    const at = new Intl.DateTimeFormat("en-GB", { timeZone: "America/Bogota", timeStyle: "short" }).format(new Date(now));
    await page.getByRole("log").getByText(at, { exact: true }).first().waitFor();
    await page.getByRole("tab", { name: "Trace" }).click();
    const told = new Intl.DateTimeFormat("en", { timeZone: "America/Bogota", timeStyle: "medium" }).format(new Date(now));
    await page.getByRole("heading", { name: told }).waitFor();
    expect(wrong).toEqual([]);
  });

  test("time passes until a date", async () => {
    const { page, wrong } = await preview(stage);
    await page.getByRole("button", { name: "Test" }).click();
    await says(page, /Qué necesitas/);
    await choose(page, "Skip time", "To a date…");
    const dialog = page.getByRole("dialog", { name: "To a date…" });
    // The clock is the bot's, which is five hours behind UTC.
    const tomorrow = new Date(Date.now() + (22 - 5) * 3600_000).toISOString().slice(0, 16);
    await dialog.getByLabel("Date and time").fill(tomorrow);
    await dialog.getByRole("button", { name: "Do it" }).click();
    await page.locator(".pill.warn", { hasText: /^Window 0[12]:/ }).waitFor();
    expect(wrong).toEqual([]);
  });
});

describe("every moment of the trace", () => {
  test("an entry of the trace shows its moment in the chat and on the canvas, and what is done there goes on from there", async () => {
    const { page, wrong } = await preview(stage);
    await page.getByRole("button", { name: "Test" }).click();
    await page.getByRole("button", { name: "Pedir café" }).click();
    await says(page, /Cuál te apetece/);
    await current(page, "beans");
    await page.getByRole("tab", { name: "Trace" }).click();
    await page.getByRole("button", { name: "Waits at Bienvenida" }).click();
    await current(page, "welcome");
    await shot(page, "preview-trace");
    await page.getByRole("tab", { name: "Preview" }).click();
    await page.getByText("Stopped at “Bienvenida”, line 1").waitFor();
    await page.locator(".sb-out").waitFor({ state: "detached" });
    await page.getByRole("button", { name: "To the end" }).click();
    await says(page, /Cuál te apetece/);
    await page.getByRole("tab", { name: "Trace" }).click();
    await page.getByRole("button", { name: "Waits at Bienvenida" }).click();
    await page.getByRole("tab", { name: "Preview" }).click();
    await page.locator(".sb-out").waitFor({ state: "detached" });
    await page.getByRole("button", { name: "Horarios" }).first().click();
    await says(page, /Abrimos de 8 a 20 h/);
    expect(await page.locator(".sb-out").count()).toBe(1);
    expect(wrong).toEqual([]);
  });

  test("step by step, with a breakpoint, by keys", async () => {
    const { page, wrong } = await preview(stage);
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

  test("what the bot writes to the contact and its lead is there from the entry on that wrote it", async () => {
    await keepDraft(stage.server, "order", {
      format: 1,
      name: "Order",
      language: "en",
      triggers: [{ on: "message", any: true }],
      start: "lead",
      steps: {
        lead: { type: "create_lead", name: "Coffee", next: "first" },
        first: { type: "set", fields: { "contact.fields.city": "Lima", "lead.price": 4100 }, next: "second" },
        second: { type: "set", fields: { "contact.fields.city": "Cusco", "lead.price": 5200 }, next: "bye" },
        bye: { type: "message", text: "Thanks" },
      },
    });
    const { page, wrong } = await preview(stage, "order");
    await send(page, "hi");
    await says(page, "Thanks");
    const known = async (value: string) => {
      await page.getByRole("tab", { name: "Variables" }).click();
      await page.locator(".value-content", { hasText: value }).waitFor();
      await page.getByRole("tab", { name: "Trace" }).click();
    };
    await known("Cusco");
    await page.getByRole("button", { name: "Comes to Second" }).click();
    await known("Lima");
    await known("4100");
    await page.getByRole("button", { name: "Saves Cusco in contact.fields.city" }).click();
    await known("Cusco");
    await known("4100");
    await page.getByRole("button", { name: "Comes to First" }).click();
    await page.getByRole("tab", { name: "Variables" }).click();
    await page.getByText("Stopped at “First”, line 1").waitFor();
    expect(await page.locator(".value-content", { hasText: /Lima|Cusco/ }).count()).toBe(0);
    expect(wrong).toEqual([]);
  });

  test("a value that is changed by hand is what the next bubble says", async () => {
    // Without words of its own for a wrong answer the step asks again.
    const cafe = JSON.parse(await cafeFile()) as { steps: { cups: { invalid?: string } } };
    delete cafe.steps.cups.invalid;
    await keepDraft(stage.server, "cafe", cafe);
    const { page, wrong } = await preview(stage);
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

describe("everybody can use it", () => {
  for (const colorScheme of ["light", "dark"] as const) {
    test(`axe finds nothing in its menus, sheets and windows in ${colorScheme}`, async () => {
      const { page, wrong } = await preview(stage, "cafe", { colorScheme });
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
      await page.getByRole("dialog").waitFor();
      expect(await violations(page)).toEqual([]);
      await shot(page, `preview-persona-${colorScheme}`);
      await page.keyboard.press("Escape");
      for (const tab of ["Variables", "Trace"]) {
        await page.getByRole("tab", { name: tab }).click();
        if (tab === "Trace") {
          await page.getByRole("button", { name: "Waits at Bienvenida" }).click();
        }
        expect(await violations(page)).toEqual([]);
        await shot(page, `preview-${tab.toLowerCase()}-${colorScheme}`);
      }
      expect(wrong).toEqual([]);
    });
  }
});
