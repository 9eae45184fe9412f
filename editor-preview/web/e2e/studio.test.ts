import { readFile } from "node:fs/promises";
import { join } from "node:path";

import { describe, expect, test } from "vitest";

import { violations } from "./browser";
import { card, center, drag, edge, port, undo } from "./graph";
import { beginWithCafe, BOTS, cafeFile, onServer, onStage, place, says, send, shot, studio as open } from "./stories";

const NAME = "Café de la esquina";

const stage = onStage(BOTS);
beginWithCafe(stage);

describe("the list of bots", () => {
  test("the root leads to the bots, and a bot in the folder stands there by its name", async () => {
    const { page, wrong } = await stage.open("/");
    await page.getByRole("heading", { name: "Bots" }).waitFor();
    expect(new URL(page.url()).pathname).toBe("/bots");
    const row = page.getByRole("row", { name: NAME });
    await row.getByText("Live").waitFor();
    await row.getByText("Message").waitFor();
    await shot(page, "bots");
    await page.getByRole("link", { name: NAME }).click();
    await page.locator(".react-flow__node").first().waitFor();
    expect(wrong).toEqual([]);
  });

  test("a server without bots offers the ways to one", () =>
    onServer(undefined, async (empty) => {
      const { page, wrong } = await open(stage.browser, empty, "/bots");
      await page.getByRole("heading", { name: "No bots yet" }).waitFor();
      await page.getByRole("button", { name: "Import JSON" }).waitFor();
      await shot(page, "bots-empty");
      expect(await violations(page)).toEqual([]);

      await page.getByRole("button", { name: "Blank" }).click();
      await page.getByRole("textbox", { name: "Name of the bot" }).fill("Café");
      await page.keyboard.press("Enter");
      await page.waitForURL("**/bots/cafe");
      await page.locator(".react-flow__node").first().waitFor();
      expect(await page.locator(".react-flow__node").count()).toBe(1);

      await page.goto("/bots");
      await page.locator("input[type=file]").setInputFiles(join(BOTS, "cafe.json"));
      await page.waitForURL("**/bots/cafe_2");
      await expect.poll(() => page.locator(".react-flow__node").count()).toBe(10);
      expect(wrong).toEqual([]);
    }));
});

describe("the editor", () => {
  test("draws one card a step, with its ways", async () => {
    const { page, wrong } = await stage.open("/bots/cafe");
    await expect.poll(() => page.locator(".react-flow__node").count()).toBe(10);
    await expect.poll(() => page.locator(".react-flow__edge").count()).toBe(14);
    await page.getByRole("group", { name: "Bienvenida, Message, Start Message" }).waitFor();
    expect(await page.getByRole("treeitem").count()).toBe(10);
    await shot(page, "editor");
    expect(wrong).toEqual([]);
  });

  test("a change is saved as a draft, told what is wrong, undone, and published", async () => {
    const { page, wrong } = await stage.open("/bots/cafe");
    await page.getByRole("treeitem", { name: "Bienvenida" }).click();
    const button = page.getByLabel("Button 1", { exact: true });
    await button.fill("A button of 21 letters");
    await page.getByText("22/20").waitFor();
    await page.getByText("Saved", { exact: false }).waitFor();
    await page.getByRole("group", { name: /Bienvenida.*1 error/ }).waitFor();
    // A draft with errors is not published: the button says so, and leads to the first of them.
    const publish = page.getByRole("button", { name: "Publish" });
    expect([await publish.isDisabled(), await publish.getAttribute("title")]).toEqual([true, "1 error has to be mended first."]);
    await publish.click({ force: true });
    await expect.poll(() => page.evaluate(() => document.activeElement?.textContent)).toMatch(/^Bienvenida/);
    const dialog = page.getByRole("dialog");
    expect(await dialog.count()).toBe(0);
    await shot(page, "editor-error");

    await page.getByRole("treeitem", { name: "Gracias" }).click();
    await page.keyboard.press("F8");
    await expect.poll(() => page.evaluate(() => document.activeElement?.getAttribute("data-path"))).toBe("buttons.0.title");

    await page.getByRole("button", { name: "Undo" }).click();
    await expect.poll(() => button.inputValue()).toBe("Pedir café");
    await page.getByRole("group", { name: "Bienvenida, Message, Start Message" }).waitFor();

    await page.getByLabel("Text", { exact: true }).fill("¡Hola! ¿Qué necesitas?");
    await publish.and(page.locator('[aria-disabled="false"]')).click();
    await dialog.getByRole("checkbox", { name: /I have seen/ }).check();
    await dialog.getByRole("button", { name: "Publish" }).click();
    await dialog.getByText(/is live/).waitFor();
    await dialog.getByRole("button", { name: "Close" }).click();
    const file = JSON.parse(await readFile(join(stage.server.bots, "cafe.json"), "utf8"));
    const before = JSON.parse(await cafeFile());
    before.steps.welcome.text = "¡Hola! ¿Qué necesitas?";
    expect(file).toEqual(before);
    expect(wrong).toEqual([]);
  });

  test("what somebody else saved meanwhile is not written over before it is said whose it is to be", async () => {
    const headers = { "content-type": "application/json" };
    const document = JSON.parse(await cafeFile()) as { name: string };
    const save = (name: string) => fetch(`${stage.server.url}/api/v1/bots/cafe/draft`, { method: "PUT", headers, body: JSON.stringify({ ...document, name }) });
    const kept = async () => ((await (await fetch(`${stage.server.url}/api/v1/bots/cafe`)).json()) as { draft: { document: { name: string } } }).draft.document.name;
    const { page } = await stage.open("/bots/cafe");
    await page.locator(".react-flow__node").first().waitFor();
    const change = async (text: string) => {
      await page.getByRole("treeitem", { name: "Bienvenida" }).click();
      await page.getByRole("tabpanel", { name: "Step" }).getByLabel("Text", { exact: true }).fill(text);
    };
    expect((await save("De Bia")).status).toBe(200);
    await change("¡Hola!");
    const dialog = page.getByRole("dialog", { name: "Somebody else changed this bot" });
    await dialog.waitFor();
    await shot(page, "overtaken");
    // A browser takes a second Escape for an answer; this question has to have one.
    await page.keyboard.press("Escape");
    await page.keyboard.press("Escape");
    expect(await violations(page)).toEqual([]);
    expect(await kept()).toBe("De Bia");
    await dialog.getByRole("button", { name: "Load theirs" }).click();
    await page.getByRole("heading", { name: "De Bia" }).waitFor();

    expect((await save("De Ana")).status).toBe(200);
    await change("¡Buenas!");
    await dialog.getByRole("button", { name: "Save mine over it" }).click();
    await expect.poll(kept).toBe("De Bia");
    await dialog.waitFor({ state: "detached" });
  });

  test("with the keyboard alone a step is moved, connected, and all of it undone", async () => {
    const { page, wrong } = await stage.open("/bots/cafe");
    const edges = page.locator(".react-flow__edge");
    await expect.poll(() => edges.count()).toBe(14);
    await page.getByRole("treeitem", { name: "Gracias" }).focus();
    await page.keyboard.press("Home");
    await page.keyboard.press("c");
    await page.getByRole("dialog").getByRole("combobox", { name: "Find the step" }).waitFor();
    await page.keyboard.type("gracias");
    await page.keyboard.press("Enter");
    await page.getByRole("dialog").waitFor({ state: "detached" });
    await page.getByRole("button", { name: "Gracias" }).waitFor();

    const card = page.locator('.react-flow__node[data-id="welcome"]');
    await card.focus();
    const before = await place(card);
    await page.keyboard.press("Alt+ArrowRight");
    await expect.poll(() => place(card)).not.toBe(before);
    await page.keyboard.press("Control+z");
    await expect.poll(() => place(card)).toBe(before);
    await page.keyboard.press("Control+z");
    expect(await page.getByRole("button", { name: "Undo" }).isDisabled()).toBe(true);
    expect(wrong).toEqual([]);
  });

  test("a way is dragged to a step, and a step to another place", async () => {
    const { page, wrong } = await stage.open("/bots/cafe");
    await expect.poll(() => page.locator(".react-flow__edge").count()).toBe(14);
    await page.getByRole("button", { name: "Fit" }).click();
    await shot(page, "fitted");
    // All of it is in sight, and what stands on a card can be read.
    expect(await page.locator(".canvas").getAttribute("class")).not.toContain("is-far");
    const next = port(page, "bye", "next");
    await drag(page, await center(next), await center(page.locator('[data-nodeid="welcome"].port-in')));
    await edge(page, "bye next").waitFor({ state: "attached" });
    await shot(page, "dragged");
    // Near its border the canvas goes along with the pointer, for as long as that takes.
    await page.getByRole("button", { name: "Fit" }).click();

    const bye = card(page, "bye");
    const here = await center(bye.locator(".card-head"));
    const before = await place(bye);
    await drag(page, here, { x: here.x - 40, y: here.y + 60 });
    await expect.poll(() => place(bye)).not.toBe(before);
    await undo(page);
    await expect.poll(() => place(bye)).toBe(before);
    await undo(page);
    await expect.poll(() => page.locator(".react-flow__edge").count()).toBe(14);

    // From far away nobody hits a port: what is dragged there is the card.
    while (!(await page.locator(".canvas.is-far").count())) {
      await page.getByRole("button", { name: "Zoom out" }).click();
    }
    const at = await center(next);
    await drag(page, { x: at.x - 1, y: at.y }, { x: at.x - 60, y: at.y + 60 });
    await expect.poll(() => place(bye)).not.toBe(before);
    expect(await page.getByRole("dialog").count()).toBe(0);
    expect(wrong).toEqual([]);
  });
});

describe("the preview", () => {
  test("a message is typed, a list opens by its button, and a row leads on", async () => {
    const { page, wrong } = await stage.open("/bots/cafe");
    await page.getByRole("tab", { name: "Preview" }).click();
    await send(page, "hola");
    await says(page, /Qué necesitas/);
    await page.locator('.react-flow__node[data-id="welcome"][aria-current="step"]').waitFor();
    await page.getByRole("button", { name: "Pedir café" }).click();
    await says(page, /Cuál te apetece/);
    await page.getByRole("button", { name: "Ver cafés" }).click();
    const sheet = page.getByRole("dialog", { name: "Ver cafés" });
    await sheet.getByText("De fuera").waitFor();
    await shot(page, "preview-list");
    await sheet.getByText("Yirgacheffe").click();
    await sheet.getByRole("button", { name: "Send" }).click();
    await says(page, "¿Cuántas tazas de Yirgacheffe?");
    await page.locator('.react-flow__node[data-id="cups"][aria-current="step"]').waitFor();
    await send(page, "muchas");
    await says(page, /Escribe un número/);
    await send(page, "3");
    await says(page, /Te esperamos/);
    await shot(page, "preview");

    await page.getByRole("tab", { name: "Variables" }).click();
    await page.getByText("Yirgacheffe").first().waitFor();
    await shot(page, "variables");
    await page.getByRole("tab", { name: "Trace" }).click();
    await page.getByRole("button", { name: /^The bot .* starts/ }).waitFor();
    await shot(page, "trace");

    await page.getByRole("tab", { name: "Preview" }).click();
    await page.getByRole("button", { name: "Back" }).click();
    await page.locator('.react-flow__node[data-id="cups"][aria-current="step"]').waitFor();
    await page.getByRole("button", { name: "Restart" }).click();
    await page.getByText(/Write as a customer would/).waitFor();
    expect(wrong).toEqual([]);
  });

  test("time passes: a timer fires, and the window closes", async () => {
    const { page, wrong } = await stage.open("/bots/cafe");
    await page.getByRole("tab", { name: "Preview" }).click();
    await send(page, "hola");
    await page.getByText(/^Window 2[34]:/).waitFor();
    await page.getByRole("button", { name: "Skip time" }).click();
    await page.getByRole("menuitem", { name: "To the next timer" }).click();
    await says(page, /Sigues ahí/);
    await page.getByRole("button", { name: "Skip time" }).click();
    await page.getByRole("menuitem", { name: "24 hours" }).click();
    await page.getByText("Window closed", { exact: true }).waitFor();
    await shot(page, "preview-window");
    expect(wrong).toEqual([]);
  });

  test("a first message that no trigger takes starts the bot all the same", async () => {
    const { page } = await stage.open("/bots/cafe");
    await page.getByRole("tab", { name: "Preview" }).click();
    await send(page, "zzz");
    await page.getByText(/No trigger of this bot/).waitFor();
    await says(page, /Qué necesitas/);
  });

  test("an edit of the draft is drawn at once, without a save", async () => {
    const { page } = await stage.open("/bots/cafe");
    await page.getByRole("button", { name: "Test" }).click();
    await says(page, /Qué necesitas/);
    await page.getByRole("treeitem", { name: "Bienvenida" }).click();
    await page.getByRole("tab", { name: "Step" }).click();
    await page.getByLabel("Text", { exact: true }).fill("¡Buenas!");
    await page.getByRole("tab", { name: "Preview" }).click();
    await says(page, "¡Buenas!");
    await page.getByRole("button", { name: "Undo" }).click();
    await says(page, /Qué necesitas/);
    await page.getByText("Saved", { exact: false }).waitFor();
  });
});

describe("everybody can use it", () => {
  // Each color and each language; every page in all pairs of them is promise 25.
  for (const [colorScheme, locale, preview] of [["light", "en-US", "Preview"], ["dark", "es-CO", "Vista previa"], ["light", "pt-BR", "Prévia"]] as const) {
    test(`axe finds nothing in ${colorScheme}, ${locale}`, async () => {
      const { page, wrong } = await stage.open("/bots", { colorScheme, locale });
      await page.getByRole("link", { name: NAME }).waitFor();
      expect(await violations(page)).toEqual([]);
      await page.getByRole("link", { name: NAME }).click();
      await expect.poll(() => page.locator(".react-flow__edge").count()).toBe(14);
      await page.getByRole("treeitem", { name: "Bienvenida" }).click();
      expect(await violations(page)).toEqual([]);
      await shot(page, `editor-${colorScheme}-${locale}`);
      for (const tab of await page.getByRole("tab").all()) {
        await tab.click();
        if ((await tab.textContent()) === preview) {
          await page.getByRole("tabpanel").getByRole("textbox").fill("hola");
          await page.keyboard.press("Enter");
          await says(page, /Qué necesitas/);
        }
        expect(await violations(page)).toEqual([]);
      }
      expect(await page.locator("body").innerText()).not.toMatch(/\b(rail|bots|editor|preview|outcome|kind|trace|trigger)\.[a-z_]+\b/);
      expect(wrong).toEqual([]);
    });
  }
});
