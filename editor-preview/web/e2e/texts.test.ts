import { readFile } from "node:fs/promises";

import type { BrowserContextOptions, Page } from "playwright-core";
import { describe, expect, test } from "vitest";

import { violations } from "./browser";
import { beginWithCafe, BOTS, cafeFile, onStage, type Opened, shot } from "./stories";

const stage = onStage(BOTS);
beginWithCafe(stage);

async function studio(options: BrowserContextOptions = {}): Promise<Opened> {
  const opened = await stage.open("/bots/cafe", options);
  await expect.poll(() => opened.page.locator(".react-flow__edge").count(), { timeout: 20_000 }).toBe(14);
  return opened;
}

/** The text of the JSON field: what the editor draws, without its folds. */
function source(page: Page): Promise<string> {
  return page.locator(".cm-content").evaluate((content) => [...content.querySelectorAll(".cm-line")].map((line) => line.textContent).join("\n"));
}

describe("the JSON", () => {
  test("a step's text is changed, taken over after a pause, and undone with the keys of the field", async () => {
    const { page, wrong } = await studio();
    await page.getByRole("treeitem", { name: "Gracias" }).click();
    await page.getByRole("tab", { name: "JSON" }).click();
    const field = page.getByRole("textbox", { name: "JSON of the step bye" });
    await field.waitFor();
    const before = await source(page);
    expect(JSON.parse(before).type).toBe("message");
    await shot(page, "json-step");

    await field.focus();
    await page.keyboard.press("Control+a");
    await page.keyboard.insertText('{"type": "message", "text": "Adiós", "label": "Despedida"}');
    await page.getByRole("treeitem", { name: "Despedida" }).waitFor();
    await page.keyboard.press("Control+z");
    await page.getByRole("treeitem", { name: "Gracias" }).waitFor();
    await expect.poll(() => source(page)).toBe(before);
    await page.keyboard.press("Control+y");
    await page.getByRole("treeitem", { name: "Despedida" }).waitFor();
    // Left, it stands as the studio writes it.
    await page.getByRole("tab", { name: "JSON" }).focus();
    await expect.poll(() => source(page)).toContain('  "label": "Despedida"');
    expect(wrong).toEqual([]);
  });

  test("a wrong text changes nothing, says where it is wrong, and is kept", async () => {
    const { page, wrong } = await studio();
    await page.getByRole("treeitem", { name: "Gracias" }).click();
    await page.getByRole("tab", { name: "JSON" }).click();
    const field = page.getByRole("textbox", { name: "JSON of the step bye" });
    await field.focus();
    await page.keyboard.press("Control+a");
    await page.keyboard.insertText('{\n  "type": "message",\n  "text": "Adiós" "label"\n}');
    await page.getByRole("alert").getByText(/Not taken over yet/).waitFor();
    await page.getByRole("button", { name: /Line 3/ }).waitFor();
    expect(await field.getAttribute("aria-invalid")).toBe("true");
    await page.getByRole("treeitem", { name: "Gracias" }).waitFor();
    await shot(page, "json-wrong");
    expect(await violations(page)).toEqual([]);

    await page.getByRole("tab", { name: "Preview" }).click();
    await page.getByRole("tab", { name: "JSON" }).click();
    await expect.poll(() => source(page)).toContain('"Adiós" "label"');
    await page.getByRole("button", { name: "Discard this text" }).click();
    await expect.poll(async () => JSON.parse(await source(page)).label).toBe("Gracias");
    expect(await page.getByRole("button", { name: "Undo" }).isDisabled()).toBe(true);
    expect(wrong).toEqual([]);
  });

  test("what would be lost in silence is not taken over", async () => {
    const { page } = await studio();
    await page.getByRole("treeitem", { name: "Gracias" }).click();
    await page.getByRole("tab", { name: "JSON" }).click();
    const field = page.getByRole("textbox", { name: "JSON of the step bye" });
    await field.focus();
    await page.keyboard.press("Control+a");
    await page.keyboard.insertText('{"type": "stop", "meta": {"order": 9007199254740993}}');
    await page.getByRole("alert").getByText(/9007199254740993 would be kept as 9007199254740992/).waitFor();
  });

  test("the whole bot is searched and folded, and its problems stand at their lines", async () => {
    const { page, wrong } = await studio();
    await page.getByRole("treeitem", { name: "Bienvenida" }).click();
    await page.getByLabel("Button 1", { exact: true }).fill("A button of 21 letters");
    await page.getByRole("tab", { name: "JSON" }).click();
    await page.getByRole("radio", { name: "Whole bot" }).check({ force: true });
    const field = page.getByRole("textbox", { name: "JSON of the whole bot" });
    await field.waitFor();
    await page.getByRole("button", { name: /Line \d+.*22 characters/ }).click();
    await expect.poll(() => page.locator(".cm-activeLine").first().textContent()).toContain("A button of 21 letters");
    await shot(page, "json-bot");
    await page.keyboard.press("Control+f");
    await page.getByRole("textbox", { name: "Find" }).waitFor();
    await page.keyboard.type("Gracias");
    await page.keyboard.press("Enter");
    await page.locator(".cm-searchMatch-selected").waitFor();
    await shot(page, "json-search");
    expect(await violations(page)).toEqual([]);
    await page.keyboard.press("Escape");
    await page.keyboard.press("Control+Shift+[");
    expect(wrong).toEqual([]);
  });
});

test("what is exported, imported and exported again has the same bytes", async () => {
  const { page, wrong } = await studio();
  const exported = async () => {
    await page.getByRole("button", { name: "Bot menu" }).click();
    const [download] = await Promise.all([page.waitForEvent("download"), page.getByRole("menuitem", { name: "Export JSON" }).click()]);
    const path = await download.path();
    return { name: download.suggestedFilename(), path, bytes: await readFile(path, "utf8") };
  };
  const first = await exported();
  const file = JSON.parse(await cafeFile());
  expect([first.name, first.bytes]).toEqual(["cafe.json", `${JSON.stringify(file, null, 2)}\n`]);
  await page.goto("/bots");
  await page.locator("input[type=file]").setInputFiles({ name: "copy.json", mimeType: "application/json", buffer: Buffer.from(first.bytes) });
  await page.waitForURL("**/bots/copy");
  await expect.poll(() => page.locator(".react-flow__node").count()).toBe(10);
  expect((await exported()).bytes).toBe(first.bytes);
  expect(wrong).toEqual([]);
});

describe("problems", () => {
  /** The path of the field that has the focus. */
  const focused = (page: Page) => page.evaluate(() => document.activeElement?.getAttribute("data-path"));

  test("F8 goes through all of them, several of one step, too, and focuses their fields", async () => {
    const { page, wrong } = await studio();
    await page.getByRole("treeitem", { name: "Bienvenida" }).click();
    await page.getByLabel("Button 1", { exact: true }).fill("A button of 21 letters");
    await page.getByText("22/20").waitFor();
    await page.getByLabel("Button 2", { exact: true }).fill("Another one of 21 letters");
    await page.getByRole("group", { name: /Bienvenida.*2 errors/ }).waitFor();
    await page.getByRole("treeitem", { name: "Apology" }).click();
    const walked: unknown[] = [];
    for (const key of ["F8", "F8", "F8", "Shift+F8"]) {
      await page.keyboard.press(key);
      walked.push(await page.getByRole("treeitem", { selected: true }).textContent(), await focused(page));
    }
    expect(walked).toEqual(["Bienvenida", "buttons.0.title", "Bienvenida", "buttons.1.title", "Gracias", expect.anything(), "Bienvenida", "buttons.1.title"]);
    await page.getByRole("button", { name: "Publish" }).click({ force: true });
    await expect.poll(() => page.evaluate(() => document.activeElement?.matches("#problems .problem"))).toBe(true);
    expect(wrong).toEqual([]);
  });

  test("the list is filtered, and a fix takes a problem away, and is undone", async () => {
    const { page, wrong } = await studio();
    await page.getByRole("treeitem", { name: "Bienvenida" }).click();
    await page.getByRole("tab", { name: "JSON" }).click();
    const field = page.getByRole("textbox", { name: "JSON of the step welcome" });
    await field.focus();
    const text = (await source(page)).replace('"footer"', '"foter"').replace('"type": "message",', '"type": "message", "nxt": "bye",');
    await page.keyboard.press("Control+a");
    await page.keyboard.insertText(text);
    await page.getByRole("button", { name: "1 error 1 warning" }).click();
    const list = page.locator("#problems");
    await list.getByText("Bienvenida · Unknown key").waitFor();
    await shot(page, "problems");
    expect(await violations(page)).toEqual([]);
    await list.getByRole("radio", { name: "Warnings" }).check();
    expect(await list.getByRole("listitem").count()).toBe(1);
    await list.getByRole("radio", { name: "Errors" }).check();
    await list.getByRole("button", { name: "Write “next”" }).click();
    await list.getByText("Nothing to be seen here.").waitFor();
    await page.getByRole("button", { name: "Undo" }).click();
    await list.getByText("Bienvenida · Unknown key").waitFor();
    expect(wrong).toEqual([]);
  });

  test("a message that may come after a day has the window's warning until something stands in for it", async () => {
    const { page, wrong } = await studio();
    await page.getByRole("treeitem", { name: "Gracias" }).click();
    const warning = page.getByRole("tabpanel").getByText(/may find the customer service window closed/);
    await warning.waitFor();
    await shot(page, "problems-field");
    await page.getByRole("tabpanel").getByRole("button", { name: "Hold it until the customer writes" }).click();
    await warning.waitFor({ state: "detached" });
    await page.getByRole("button", { name: "Undo" }).click();
    await warning.waitFor();
    await page.getByRole("tabpanel").getByRole("button", { name: "Send a template then" }).click();
    await warning.waitFor({ state: "detached" });
    expect(wrong).toEqual([]);
  });

  test("an option that leads nowhere has a warning, and a fix that takes it away", async () => {
    const { page, wrong } = await studio();
    await page.getByRole("treeitem", { name: "Bienvenida" }).click();
    await page.getByRole("listitem").filter({ has: page.getByRole("textbox", { name: "Button 2", exact: true }) }).getByRole("button", { name: /^No step/ }).click();
    await page.locator("#problems > summary").click();
    const warning = page.locator("#problems").getByText(/Horarios`? leads nowhere/);
    await warning.waitFor({ timeout: 3_000 });
    await page.getByRole("tabpanel").getByRole("button", { name: "End with a stop step" }).click();
    await warning.waitFor({ state: "detached" });
    expect(await page.locator(".react-flow__node").count()).toBe(11);
    await page.getByRole("button", { name: "Undo" }).click();
    await warning.waitFor();
    expect(wrong).toEqual([]);
  });
});

test("what the server says in English is said in the studio's language", async () => {
  const { page, wrong } = await studio({ locale: "pt-BR" });
  await page.getByRole("treeitem", { name: "Bienvenida" }).click();
  const form = page.getByRole("tabpanel", { name: "Passo" });
  await form.getByText("Envia uma mensagem: texto").waitFor();
  await form.getByRole("button", { name: "O que é “Botões”?" }).click();
  await form.getByText("Respostas para tocar.").waitFor();
  await form.locator("[data-path='buttons.0.title']").fill("A button of 21 letters");
  await form.getByText("Isto tem 22 caracteres, e o WhatsApp aceita 20 aqui. Encurte title em 2 caracteres.").waitFor();
  await page.locator("#problems > summary").click();
  await page.locator("#problems").getByText("o WhatsApp aceita 20 aqui").waitFor();
  await shot(page, "phrases");
  await page.getByRole("tab", { name: "JSON" }).click();
  await page.getByRole("button", { name: /Linha \d+.*o WhatsApp aceita 20 aqui/ }).waitFor();
  await page.getByRole("button", { name: "Desfazer" }).click();
  await page.getByRole("tab", { name: "Prévia" }).click();
  await page.getByRole("textbox", { name: /mensagem/i }).fill("hola");
  await page.keyboard.press("Enter");
  await page.getByRole("tab", { name: "Rastro" }).click();
  await page.getByText("pela resposta do cliente").waitFor();
  await shot(page, "phrases-trace");
  expect(await violations(page)).toEqual([]);
  expect(wrong).toEqual([]);
});

describe("translations", () => {
  test("a language is added, a text translated beside its source, counted, and undone", async () => {
    const { page, wrong } = await studio();
    await page.getByRole("button", { name: /Languages of the bot: es/ }).click();
    await page.getByRole("menuitem", { name: "Add a language…" }).click();
    const dialog = page.getByRole("dialog", { name: "Translations" });
    const language = dialog.getByLabel(/New language/);
    await language.fill("español");
    await dialog.getByText(/This is no language/).waitFor();
    await language.fill("es");
    await dialog.getByText(/speaks this language already/).waitFor();
    await language.fill("en");
    await shot(page, "translations-add");
    await page.keyboard.press("Enter");
    await dialog.getByText(/^0 of \d+ texts$/).waitFor();
    const text = dialog.getByRole("textbox", { name: "Translation of text of Bienvenida" });
    await text.fill("Hi! What do you need?");
    await dialog.getByText(/^1 of \d+ texts$/).waitFor();
    await shot(page, "translations");
    expect(await violations(page)).toEqual([]);
    const all = await dialog.getByRole("listitem").count();
    await dialog.getByLabel("Only what is missing").check();
    await expect.poll(() => dialog.getByRole("listitem").count()).toBe(all - 1);
    await dialog.getByLabel("Find a text").fill("Horarios");
    await expect.poll(() => dialog.getByRole("listitem").count()).toBe(1);
    await dialog.getByRole("textbox", { name: /buttons.hours.title of Bienvenida/ }).fill("A title that is much too long for a button");
    await dialog.getByText(/WhatsApp takes 20 here/).waitFor();
    await dialog.getByRole("button", { name: "Close" }).click();
    await page.getByRole("button", { name: /Languages of the bot: es, en/ }).click();
    await page.getByRole("menuitem", { name: /English 2 of/ }).waitFor();
    await page.keyboard.press("Escape");
    for (const left of ["1 of", "0 of"]) {
      await page.getByRole("button", { name: "Undo" }).click();
      await page.getByRole("button", { name: /Languages of the bot/ }).click();
      await page.getByRole("menuitem", { name: new RegExp(`English ${left}`) }).waitFor();
      await page.keyboard.press("Escape");
    }
    expect(wrong).toEqual([]);
  });
});

describe("the palette and the keys", () => {
  test("with the keyboard alone: to a step, a command, a page and back to a bot", async () => {
    const { page, wrong } = await studio();
    await page.keyboard.press("Control+k");
    const palette = page.getByRole("dialog", { name: "Go to…" });
    await palette.getByRole("combobox").waitFor();
    await shot(page, "palette");
    expect(await violations(page)).toEqual([]);
    await page.keyboard.type("gracias");
    await page.keyboard.press("Enter");
    await palette.waitFor({ state: "detached" });
    await page.getByRole("treeitem", { name: "Gracias", selected: true }).waitFor();

    await page.keyboard.press("Control+k");
    await page.keyboard.type("export");
    const [download] = await Promise.all([page.waitForEvent("download"), page.keyboard.press("Enter")]);
    expect(download.suggestedFilename()).toBe("cafe.json");

    await page.keyboard.press("Control+k");
    await page.keyboard.type("pages bots");
    await page.keyboard.press("Escape");
    await palette.waitFor({ state: "detached" });
    await page.getByRole("treeitem", { name: "Gracias" }).focus();
    await page.keyboard.press("Escape");
    await page.getByRole("link", { name: "Bots" }).focus();
    await page.keyboard.press("g");
    await page.keyboard.press("b");
    await page.waitForURL("**/bots");
    await page.getByRole("heading", { name: "Bots" }).waitFor();
    await page.keyboard.press("Control+k");
    await page.keyboard.type("cafe");
    await page.keyboard.press("Enter");
    await page.waitForURL("**/bots/cafe");
    expect(wrong).toEqual([]);
  });

  test("F6 goes through the panels, and back", async () => {
    const { page, wrong } = await studio();
    const panel = () => page.evaluate(() => [".top-bar", ".outline", ".canvas", ".side-panel", "#problems"].find((one) => document.activeElement?.closest(one)));
    await page.getByRole("button", { name: "Publish" }).focus();
    const walked: unknown[] = [];
    for (const key of ["F6", "F6", "F6", "F6", "F6", "Shift+F6"]) {
      await page.keyboard.press(key);
      walked.push(await panel());
    }
    expect(walked).toEqual([".outline", ".canvas", ".side-panel", "#problems", ".top-bar", "#problems"]);
    expect(wrong).toEqual([]);
  });

  test("Mod+S saves at once, from a field of the bot, too", async () => {
    const { page } = await studio();
    await page.getByRole("treeitem", { name: "Bienvenida" }).click();
    // Nothing is saved by itself while the clock stands still.
    await page.clock.install();
    await page.getByLabel("Text", { exact: true }).fill("¡Buenas!");
    await page.getByText("Not saved yet").waitFor();
    await page.keyboard.press("Control+s");
    await page.getByText(/^Saved/).waitFor();
    const { draft } = (await (await fetch(`${stage.server.url}/api/v1/bots/cafe`)).json()) as { draft: { document: { steps: { welcome: { text: string } } } } };
    expect(draft.document.steps.welcome.text).toBe("¡Buenas!");
  });

  test("the sheet of keys shows them all, and switches off those of one character", async () => {
    const { page, wrong } = await studio();
    await page.getByRole("treeitem", { name: "Gracias" }).click();
    await page.keyboard.press("?");
    const sheet = page.getByRole("dialog", { name: "Keys" });
    await sheet.getByText("Save now").waitFor();
    await shot(page, "keys");
    expect(await violations(page)).toEqual([]);
    await sheet.getByLabel("Keys of one character are commands").uncheck();
    await page.keyboard.press("Escape");
    await page.getByRole("treeitem", { name: "Gracias" }).focus();
    await page.keyboard.press("c");
    await page.keyboard.press("?");
    expect(await page.getByRole("dialog").count()).toBe(0);
    await page.keyboard.press("Control+k");
    await page.getByRole("dialog", { name: "Go to…" }).getByRole("combobox").waitFor();
    await page.keyboard.type("keys");
    await page.keyboard.press("Enter");
    await sheet.getByLabel("Keys of one character are commands").check();
    await page.keyboard.press("Escape");
    await page.getByRole("treeitem", { name: "Gracias" }).focus();
    await page.keyboard.press("c");
    await page.getByRole("dialog").getByRole("combobox").first().waitFor();
    expect(wrong).toEqual([]);
  });
});

describe("everybody can use it", () => {
  // Each color and each language; every page in all pairs of them is promise 25.
  for (const [colorScheme, locale] of [["light", "en-US"], ["dark", "es-CO"], ["light", "pt-BR"]] as const) {
    test(`axe finds nothing in ${colorScheme}, ${locale}`, async () => {
      const { page, wrong } = await studio({ colorScheme, locale });
      const look = async (name: string) => {
        await shot(page, `${name}-${colorScheme}-${locale}`);
        expect(await violations(page), name).toEqual([]);
        expect(await page.locator("body").innerText(), name).not.toMatch(/\b(json|code|fix|problem|problems|translations|palette|keys|command|section)\.[a-z_]+\b/);
      };
      await page.getByRole("treeitem", { name: "Gracias" }).click();
      await page.getByRole("tab", { name: "JSON" }).click();
      await page.locator(".cm-content").click();
      await page.keyboard.press("Control+f");
      await page.locator(".cm-search").waitFor();
      await page.locator("#problems > summary").click();
      await page.locator(".problem-line").waitFor();
      await look("json");
      await page.locator(".top-bar [aria-haspopup=menu]").first().click();
      await page.getByRole("menuitem").first().waitFor();
      await look("languages");
      await page.getByRole("menuitem").last().click();
      await page.getByRole("dialog").getByRole("combobox").fill("fr");
      await page.keyboard.press("Enter");
      await page.locator(".translation").first().waitFor();
      await look("translations");
      await page.keyboard.press("Escape");
      await page.keyboard.press("Control+k");
      await page.locator(".palette .picker-item").first().waitFor();
      await look("palette");
      await page.keyboard.press("Escape");
      await page.getByRole("treeitem", { name: "Gracias" }).focus();
      await page.keyboard.press("?");
      await page.locator(".key-row").first().waitFor();
      await look("keys");
      expect(wrong).toEqual([]);
    });
  }
});
