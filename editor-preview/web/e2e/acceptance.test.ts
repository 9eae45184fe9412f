import { readFile } from "node:fs/promises";
import { join } from "node:path";

import type { Browser, Locator, Page } from "playwright-core";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";

import { startBrowser, violations } from "./browser";
import { card, center, choose, drag, draftOf, edge, emptyPlace, keepDraft, port, saved } from "./graph";
import { type Connected, startConnected } from "./mock";
import { type Server, startServer } from "./server";
import { place, says, send, shot, studio as open } from "./stories";

/**
 * What was promised of the studio, one test a promise, from the outside: by roles and names. Details of each are told in the other files. The
 * budgets of promise 25 are measured in `thousand.test.ts`.
 */
const PROMISES = 25;
/** Promises of a part that is not there yet: the inbox, where a conversation is taken over and given back, and where templates stand in for a closed window. */
const LATER = [23, 24];

const FOLDER = new URL("./acceptance", import.meta.url).pathname;
const STEPS = 10;

type Json = Record<string, unknown>;
interface Shop extends Json {
  steps: Record<string, Json>;
}

let server: Server;
let connected: Connected;
let browser: Browser;
const kept = new Set<number>();

beforeAll(async () => {
  [server, connected, browser] = await Promise.all([startServer(), startConnected(FOLDER, "--templates", join(FOLDER, "templates.json")), startBrowser()]);
});
beforeEach(async () => {
  await Promise.all(browser.contexts().map((context) => context.close()));
  await keepDraft(server, "tienda", await file());
});
afterAll(async () => {
  await browser?.close();
  await Promise.all([server?.stop(), connected?.stop()]);
});

function promise(number: number, words: string, story: () => Promise<void>, timeout = 60_000): void {
  kept.add(number);
  test(`${number}. ${words}`, story, timeout);
}

const file = (): Promise<string> => readFile(join(FOLDER, "tienda.json"), "utf8");
const shop = async (): Promise<Shop> => JSON.parse(await file()) as Shop;

/** The shop's bot in the editor, all of it in sight. */
async function tienda(at = server): Promise<{ page: Page; wrong: string[] }> {
  const opened = await open(browser, at, "/bots/tienda", { viewport: { width: 2000, height: 1100 } });
  await steps(opened.page, STEPS);
  await opened.page.getByRole("button", { name: "0 errors 0 warnings" }).waitFor();
  return opened;
}

/** The same, in the preview, after the customer's first words. */
async function greeted(at = server): Promise<{ page: Page; wrong: string[] }> {
  const opened = await tienda(at);
  await opened.page.getByRole("tab", { name: "Preview" }).click();
  await send(opened.page, "hola");
  await says(opened.page, "¡Hola! ¿Qué buscas?");
  return opened;
}

async function steps(page: Page, count: number): Promise<void> {
  await expect.poll(() => page.locator(".react-flow__node").count()).toBe(count);
}

const item = (page: Page, name: string): Locator => page.getByRole("treeitem", { name: new RegExp(`^${name}`) });
const current = (page: Page, step: string): Promise<void> => page.locator(`.react-flow__node[data-id="${step}"][aria-current="step"]`).waitFor();
const skip = async (page: Page, span: string): Promise<void> => {
  await page.getByRole("button", { name: "Skip time" }).click();
  await page.getByRole("menuitem", { name: span }).click();
};

/** On which side of the chat a bubble stands: the business's left, or the customer's right. */
async function side(page: Page, text: string): Promise<string> {
  const [chat, bubble] = [(await page.getByRole("log").boundingBox())!, (await page.getByRole("log").getByText(text).last().boundingBox())!];
  return bubble.x - chat.x < chat.x + chat.width - bubble.x - bubble.width ? "left" : "right";
}

async function importFile(page: Page, buffer: Buffer): Promise<void> {
  const chooser = page.waitForEvent("filechooser");
  await page.getByRole("button", { name: "Import JSON" }).click();
  await (await chooser).setFiles({ name: "tienda.json", mimeType: "application/json", buffer });
  await page.waitForURL("**/bots/tienda*");
  await page.locator(".react-flow__node").first().waitFor();
}

async function exported(page: Page): Promise<Buffer> {
  await page.getByRole("button", { name: "Bot menu" }).click();
  const [download] = await Promise.all([page.waitForEvent("download"), page.getByRole("menuitem", { name: "Export JSON" }).click()]);
  return readFile((await download.path())!);
}

async function ofApi<T = Json>({ url }: Server, method: string, path: string, body?: unknown): Promise<T> {
  const answer = await fetch(`${url}/api/v1/${path}`, { method, headers: { "content-type": "application/json" }, ...(body === undefined ? {} : { body: JSON.stringify(body) }) });
  expect([method, path, answer.status]).toEqual([method, path, 200]);
  return (await answer.json()) as T;
}

async function onEmptyServer(story: (empty: Server) => Promise<void>): Promise<void> {
  const empty = await startServer();
  try {
    await story(empty);
  } finally {
    await empty.stop();
  }
}

promise(1, "without bots there are the ways to one", () =>
  onEmptyServer(async (empty) => {
    const { page, wrong } = await open(browser, empty, "/bots");
    await page.getByRole("heading", { name: "No bots yet" }).waitFor();
    for (const name of ["New from template", "Import JSON", "Blank"]) {
      await page.getByRole("button", { name, exact: true }).waitFor();
    }
    expect(wrong).toEqual([]);
  }),
);

promise(2, "an imported bot opens in the editor, a card for each step, without problems", () =>
  onEmptyServer(async (empty) => {
    const { page, wrong } = await open(browser, empty, "/bots");
    await importFile(page, Buffer.from(await file()));
    await steps(page, STEPS);
    await page.getByRole("button", { name: "0 errors 0 warnings" }).waitFor();
    expect(wrong).toEqual([]);
  }),
);

promise(3, "exported and imported a bot is the same to the byte", () =>
  onEmptyServer(async (empty) => {
    const { page, wrong } = await open(browser, empty, "/bots");
    await importFile(page, Buffer.from(await file()));
    const first = await exported(page);
    expect(first.toString()).toBe(await file());
    await page.goto("/bots");
    await importFile(page, first);
    await page.waitForURL("**/bots/tienda_2");
    expect((await exported(page)).equals(first)).toBe(true);
    expect(wrong).toEqual([]);
  }),
);

promise(4, "`/` and three letters add reply buttons after the selected step, ready to be written", async () => {
  const { page, wrong } = await tienda();
  await choose(page, "order");
  await page.keyboard.press("/");
  await page.keyboard.type("but");
  await page.keyboard.press("Enter");
  await steps(page, STEPS + 1);
  await expect.poll(() => page.evaluate(() => document.activeElement?.getAttribute("data-path"))).toBe("text");
  await page.keyboard.insertText("¿Algo más?");
  await saved(page);
  await expect.poll(async () => Object.values((await draftOf(server, "tienda")).steps).find(({ text }) => text === "¿Algo más?")?.buttons).toBeTruthy();
  const { steps: now } = await draftOf(server, "tienda");
  expect(now[String(now.order!.next)]!.text).toBe("¿Algo más?");
  // It came between the step and where that led.
  expect(now[String(now.order!.next)]!.buttons).toMatchObject([{ goto: "bye" }, {}]);
  expect(wrong).toEqual([]);
});

promise(5, "a port that is dragged to an empty place asks for a step, and leads to it", async () => {
  await keepDraft(server, "tienda", JSON.stringify({ ...(await shop()), steps: { ...(await shop()).steps, order: { type: "message", text: "Apartado." } } }));
  const { page, wrong } = await open(browser, server, "/bots/tienda", { viewport: { width: 2000, height: 1100 } });
  await steps(page, STEPS);
  await page.getByRole("button", { name: "Fit" }).click();
  const from = port(page, "order", "next");
  await from.hover();
  await drag(page, await center(from), await emptyPlace(page));
  await page.getByRole("dialog", { name: "Add step" }).getByRole("option", { name: /^Message/ }).click();
  await steps(page, STEPS + 1);
  await edge(page, "order next").waitFor({ state: "attached" });
  expect(wrong).toEqual([]);
});

promise(6, "with the keyboard alone a port is connected to a step by its name, and undone", async () => {
  const { page, wrong } = await tienda();
  const edges = page.locator(".react-flow__edge");
  const before = await edges.count();
  // A port of a step is a line of the outline, below that of its step.
  await item(page, "Menú").focus();
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("ArrowDown");
  expect(await page.evaluate(() => document.activeElement?.textContent)).toContain("Precios");
  await page.keyboard.press("x");
  await expect.poll(() => edges.count()).toBe(before - 1);
  await page.keyboard.press("c");
  await page.keyboard.type("para niños");
  await page.keyboard.press("Enter");
  await page.getByRole("dialog").waitFor({ state: "detached" });
  await expect.poll(() => edges.count()).toBe(before);
  await saved(page);
  await expect.poll(async () => (await draftOf(server, "tienda")).steps.menu!.buttons).toMatchObject([{ title: "Precios", goto: "kids" }, {}, {}]);
  await page.keyboard.press("Control+z");
  await expect.poll(() => edges.count()).toBe(before - 1);
  expect(wrong).toEqual([]);
});

promise(7, "Alt and an arrow move a step, undone to its exact place, which a reload keeps", async () => {
  const { page, wrong } = await tienda();
  await choose(page, "menu");
  const before = await place(card(page, "menu"));
  await page.keyboard.press("Alt+ArrowRight");
  await expect.poll(() => place(card(page, "menu"))).not.toBe(before);
  await saved(page);
  await page.keyboard.press("Control+z");
  await expect.poll(() => place(card(page, "menu"))).toBe(before);
  await saved(page);
  await page.reload();
  await steps(page, STEPS);
  expect(await place(card(page, "menu"))).toBe(before);
  expect((await draftOf(server, "tienda")).layout!.steps!.menu).toEqual({ x: 0, y: 0 });
  expect(wrong).toEqual([]);
});

promise(8, "two steps pasted into another bot keep their edge, and have ids of their own", async () => {
  await keepDraft(server, "other", JSON.stringify({ format: 1, name: "Otra", language: "es", triggers: [{ on: "message", any: true }], start: "tell", steps: { tell: { type: "message", text: "Hola", next: "bye" }, bye: { type: "stop" } } }));
  const { page, wrong } = await tienda();
  await choose(page, "tell");
  await page.keyboard.down("Shift");
  await card(page, "bye").locator(".card-head").click();
  await page.keyboard.up("Shift");
  await page.keyboard.press("Control+c");
  await page.goto("/bots/other");
  await steps(page, 2);
  await choose(page, "tell");
  await page.keyboard.press("Control+v");
  await steps(page, 4);
  await saved(page);
  await expect.poll(async () => Object.keys((await draftOf(server, "other")).steps).length).toBe(4);
  const { steps: now } = await draftOf(server, "other");
  expect(now.tell).toEqual({ type: "message", text: "Hola", next: "bye" });
  const pasted = Object.entries(now).find(([id, { text }]) => id !== "tell" && String(text).startsWith("La camiseta"))!;
  expect([now[String(pasted[1].next)]!.type, pasted[1].next === "bye"]).toEqual(["stop", false]);
  expect(wrong).toEqual([]);
});

promise(9, "a label of 21 characters is counted, one error on its card, found by F8, and keeps the bot from being published", async () => {
  const { page, wrong } = await tienda();
  await item(page, "Menú").click();
  await page.getByLabel("Button 1", { exact: true }).fill("Precios de la semana!");
  await page.getByText("21/20").waitFor();
  await page.getByRole("group", { name: /^Menú.*1 error/ }).waitFor();
  await page.getByRole("button", { name: /^1 error\b/ }).waitFor();
  await item(page, "Pedido").click();
  await page.keyboard.press("F8");
  await expect.poll(() => page.evaluate(() => (document.activeElement as HTMLInputElement | null)?.value)).toBe("Precios de la semana!");
  expect(await page.getByRole("button", { name: "Publish" }).isDisabled()).toBe(true);
  // Nor over the API.
  await saved(page);
  const refused = await fetch(`${server.url}/api/v1/bots/tienda/publish`, { method: "POST", headers: { "content-type": "application/json" }, body: "{}" });
  expect([refused.ok, refused.headers.get("content-type")]).toEqual([false, "application/problem+json"]);
  await shot(page, "acceptance-error");
  expect(wrong).toEqual([]);
});

promise(10, "an option without its edge has a warning within a second, and a fix", async () => {
  const { page, wrong } = await tienda();
  await page.getByText("Problems", { exact: false }).last().click();
  await edge(page, "menu buttons.prices").or(page.locator('.react-flow__edge[data-id^="menu "]')).first().waitFor({ state: "attached" });
  await item(page, "Menú").focus();
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Delete");
  const warning = page.getByRole("listitem").filter({ hasText: /Port without next step/i }).filter({ hasText: "Precios" });
  // A second is a budget here: a machine that is busy with something else gets a second try.
  if (!(await warning.waitFor({ timeout: 1_000 }).then(() => true, () => false))) {
    await warning.waitFor();
    await page.keyboard.press("Control+z");
    await warning.waitFor({ state: "detached" });
    await page.keyboard.press("Delete");
    await warning.waitFor({ timeout: 1_000 });
  }
  await shot(page, "acceptance-warning");
  await warning.getByRole("button", { name: "End with a stop step" }).click();
  await warning.waitFor({ state: "detached" });
  expect(wrong).toEqual([]);
});

promise(11, "a message after a day's wait has the window's warning, an approved template in its place has none", async () => {
  const late = { type: "wait", for: { delay: "24h" }, next: "late" };
  const document = await shop();
  await keepDraft(connected.server, "tienda", JSON.stringify({ ...document, steps: { ...document.steps, order: { ...document.steps.order, next: "day" }, day: late, late: { type: "message", label: "Mañana", text: "¿Todo bien?", next: "bye" } } }));
  const { page, wrong } = await open(browser, connected.server, "/bots/tienda", { viewport: { width: 2000, height: 1100 } });
  await steps(page, STEPS + 2);
  await page.getByText("Problems", { exact: false }).last().click();
  const warning = page.getByRole("listitem").filter({ hasText: "The 24-hour window may be closed" });
  await warning.waitFor();
  await item(page, "Mañana").click();
  await page.keyboard.press("Delete");
  await item(page, "Day").click();
  await page.keyboard.press("/");
  await page.keyboard.type("template");
  await page.keyboard.press("Enter");
  await page.getByRole("tabpanel").getByLabel("Name", { exact: true }).fill("recordatorio");
  await page.keyboard.press("Enter");
  await warning.waitFor({ state: "detached" });
  await shot(page, "acceptance-template");
  await expect.poll(async () => Object.values((await draftOf(connected.server, "tienda")).steps).find(({ type }) => type === "template")).toMatchObject({ name: "recordatorio" });
  await page.getByRole("button", { name: /^0 errors/ }).waitFor();
  expect(wrong).toEqual([]);
});

promise(12, "Test starts the draft that was never saved", async () => {
  const { page, wrong } = await tienda();
  // From here on nothing is saved.
  await page.route("**/draft", () => {});
  await item(page, "Menú").click();
  await page.getByLabel("Text", { exact: true }).fill("¡Buenas! ¿Qué te muestro?");
  await page.getByRole("button", { name: "Test", exact: true }).click();
  await says(page, "¡Buenas! ¿Qué te muestro?");
  expect(await side(page, "¡Buenas! ¿Qué te muestro?")).toBe("left");
  await current(page, "menu");
  expect(wrong).toEqual([]);
});

promise(13, "a tapped button is a quoting bubble on the right, and the current step moves", async () => {
  const { page, wrong } = await greeted();
  await current(page, "menu");
  await page.getByRole("log").getByRole("button", { name: "Tallas" }).click();
  await says(page, "Tenemos estas tallas.");
  await current(page, "sizes");
  const bubble = page.getByRole("log").locator("[data-turn]").filter({ hasText: "Tallas" }).filter({ hasText: "¡Hola! ¿Qué buscas?" }).last();
  expect(await bubble.innerText()).toContain("Tallas");
  const own = page.getByRole("log").locator(".sb-out").last();
  expect(await own.innerText()).toMatch(/¡Hola! ¿Qué buscas\?[^]*Tallas/);
  const [chat, box] = [(await page.getByRole("log").boundingBox())!, (await own.locator("> *").first().boundingBox())!];
  expect(box.x - chat.x).toBeGreaterThan(chat.x + chat.width - box.x - box.width);
  expect(wrong).toEqual([]);
});

promise(14, "a list opens a window with its sections, and the chosen row leads on", async () => {
  const { page, wrong } = await greeted();
  await page.getByRole("log").getByRole("button", { name: "Tallas" }).click();
  await page.getByRole("log").getByRole("button", { name: "Ver tallas" }).click();
  const sheet = page.getByRole("dialog", { name: "Ver tallas" });
  for (const section of ["Adultos", "Niños"]) {
    await sheet.getByText(section, { exact: true }).waitFor();
  }
  expect(await sheet.getByRole("radio").count()).toBe(3);
  await sheet.getByRole("radio", { name: /Talla 10/ }).check();
  await sheet.getByRole("button", { name: "Send" }).click();
  await says(page, "¡La de niños viene con un dibujo!");
  await says(page, "¿Cuántas de Talla 10?");
  await current(page, "count");
  expect(wrong).toEqual([]);
});

promise(15, "of a template's five buttons two are drawn, and the others behind “See all options”", async () => {
  const gifts = ["Gorra", "Bolso", "Taza", "Libro", "Lápiz"];
  const buttons = gifts.map((title, index) => ({ id: `gift_${index}`, title, goto: "bye" }));
  await keepDraft(connected.server, "regalos", JSON.stringify({ format: 1, name: "Regalos", language: "es", triggers: [{ on: "message", any: true }], start: "gift", steps: { gift: { type: "template", name: "cinco", language: "es", buttons, otherwise: "bye", timeout: { after: "1d", goto: "bye" } }, bye: { type: "stop" } } }));
  const { page, wrong } = await open(browser, connected.server, "/bots/regalos");
  await page.getByRole("button", { name: "Test", exact: true }).click();
  const chat = page.getByRole("log");
  await chat.getByRole("button", { name: gifts[0]! }).waitFor();
  const drawn = () => chat.getByRole("button", { name: /^(Gorra|Bolso|Taza|Libro|Lápiz)$/ }).allInnerTexts();
  expect((await drawn()).map((title) => title.trim())).toEqual(gifts.slice(0, 2));
  await chat.getByRole("button", { name: "See all options" }).click();
  for (const gift of gifts.slice(2)) {
    await page.getByRole("dialog").getByRole("button", { name: gift }).waitFor();
  }
  await shot(page, "acceptance-options");
  expect(wrong).toEqual([]);
});

promise(16, "WhatsApp's marks are marks, and HTML is a text", async () => {
  await keepDraft(server, "marks", JSON.stringify({ format: 1, name: "Marcas", language: "es", triggers: [{ on: "message", any: true }], start: "hi", steps: { hi: { type: "message", text: "*a* _b_ ~c~ ```d``` <img onerror=alert(1) src=x>" } } }));
  const { page, wrong } = await open(browser, server, "/bots/marks");
  await page.getByRole("button", { name: "Test", exact: true }).click();
  const chat = page.getByRole("log");
  await chat.getByText("<img onerror=alert(1) src=x>").waitFor();
  for (const [mark, words] of [["strong", "a"], ["em", "b"], ["del", "c"], ["code", "d"]] as const) {
    expect(await chat.locator(mark).allInnerTexts()).toEqual([words]);
  }
  expect(await chat.locator("img").count()).toBe(0);
  expect(wrong).toEqual([]);
});

promise(17, "a day later there is a divider, the window is red, and the next free message fails as production fails it", async () => {
  const later = (id: string, next: string) => ({ [id]: { type: "wait", for: { delay: "25h" }, next } });
  await keepDraft(server, "later", JSON.stringify({ format: 1, name: "Luego", language: "es", triggers: [{ on: "message", any: true }], start: "hi", steps: { hi: { type: "message", text: "Hola", next: "day" }, ...later("day", "again"), again: { type: "message", text: "¿Sigues ahí?" } } }));
  const { page, wrong } = await open(browser, server, "/bots/later");
  await page.getByRole("button", { name: "Test", exact: true }).click();
  await says(page, "Hola");
  const chat = page.getByRole("log");
  const dividers = () => chat.locator(".sb-note").count();
  const before = await dividers();
  await skip(page, "+24 h");
  await expect.poll(dividers).toBeGreaterThan(before);
  const state = page.getByText("Window closed", { exact: true }).first();
  await state.waitFor();
  const [red, green] = (await state.evaluate((element) => getComputedStyle(element).color)).match(/\d+/g)!.map(Number);
  expect(red).toBeGreaterThan(green!);
  await skip(page, "+1 h");
  await says(page, "¿Sigues ahí?");
  await chat.getByText(/131047/).waitFor();
  await shot(page, "acceptance-window");
  expect(wrong).toEqual([]);
});

promise(18, "Back brings chat, current step and variables to where the bot waited before", async () => {
  const { page, wrong } = await greeted();
  await page.getByRole("log").getByRole("button", { name: "Tallas" }).click();
  await page.getByRole("log").getByRole("button", { name: "Ver tallas" }).click();
  await page.getByRole("dialog").getByRole("radio", { name: /Talla L/ }).check();
  await page.getByRole("dialog").getByRole("button", { name: "Send" }).click();
  await says(page, "¿Cuántas de Talla L?");
  const variables = async () => {
    await page.getByRole("tab", { name: "Variables" }).click();
    const shown = await page.getByRole("tabpanel").innerText();
    await page.getByRole("tab", { name: "Preview" }).click();
    return shown;
  };
  expect(await variables()).toMatch(/size[^]*Talla L/);
  await page.getByRole("button", { name: "Back", exact: true }).click();
  await current(page, "sizes");
  await page.getByRole("log").getByText("¿Cuántas de Talla L?").waitFor({ state: "detached" });
  await says(page, "Tenemos estas tallas.");
  expect(await variables()).not.toContain("Talla L");
  expect(wrong).toEqual([]);
});

promise(19, "a call is answered by hand, and nobody but the studio's own server is asked", async () => {
  const { page, wrong } = await greeted();
  const asked: string[] = [];
  page.on("request", (request) => asked.push(new URL(request.url()).origin));
  await page.getByRole("log").getByRole("button", { name: "Precios" }).click();
  await page.getByLabel("Answer with").fill('{"status": 200, "json": {"price": 40000}}');
  await page.getByRole("button", { name: "Answer", exact: true }).click();
  await says(page, "La camiseta cuesta 40000 pesos.");
  expect(new Set(asked)).toEqual(new Set([server.url]));
  expect(wrong).toEqual([]);
});

promise(20, "a changed value is in the next bubble, and a line of the trace moves graph and chat", async () => {
  const { page, wrong } = await greeted();
  await page.getByRole("log").getByRole("button", { name: "Ofertas" }).click();
  await page.getByRole("tab", { name: "Variables" }).click();
  await page.getByRole("button", { name: "Change vars.size" }).click();
  await page.getByRole("textbox", { name: "vars.size" }).fill("XXL");
  await page.keyboard.press("Enter");
  await page.getByRole("tab", { name: "Preview" }).click();
  await page.getByRole("log").getByRole("button", { name: "Quiero gorra" }).click();
  await says(page, "¿Cuántas de XXL?");
  await current(page, "count");
  await page.getByRole("tab", { name: "Trace" }).click();
  await page.getByRole("button", { name: "Waiting Menú" }).click();
  await current(page, "menu");
  await page.getByRole("tab", { name: "Preview" }).click();
  await page.getByRole("log").getByText("¿Cuántas de XXL?").waitFor({ state: "detached" });
  await says(page, "¡Hola! ¿Qué buscas?");
  expect(wrong).toEqual([]);
});

promise(21, "publishing shows the difference and makes v2, a session stays on v1, and v1 comes back as the draft", () =>
  onEmptyServer(async (own) => {
    const v1 = await shop();
    await ofApi(own, "POST", "bots/tienda/publish", { document: v1 });
    await ofApi(own, "POST", "sandbox/messages", { from: "+573001112233", name: "Ana", text: "hola" });
    const { page, wrong } = await tienda(own);
    await item(page, "Pedido").click();
    await page.getByLabel("Text", { exact: true }).fill("Listo: {{ vars.count }}.");
    await page.getByRole("button", { name: "Publish" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByText("1 step changed").waitFor();
    await dialog.getByText("Pedido").first().waitFor();
    await dialog.getByRole("button", { name: "Publish" }).click();
    await dialog.getByText(/v2 is live/).waitFor();
    await dialog.getByRole("button", { name: "Close" }).click();
    const { sessions } = await ofApi<{ sessions: Json[] }>(own, "GET", "sessions?state=open");
    expect(sessions).toMatchObject([{ bot: "tienda", number: 1 }]);
    await page.goto("/bots/tienda/versions");
    await page.getByRole("row", { name: /^v1/ }).getByRole("button", { name: /^Restore/ }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Restore" }).click();
    await page.waitForURL("**/bots/tienda");
    await steps(page, STEPS);
    expect(await draftOf(own, "tienda")).toEqual(v1);
    expect(wrong).toEqual([]);
  }),
);

promise(22, "the replay of a session walks the steps of its trace, on the version that ran", () =>
  onEmptyServer(async (own) => {
    await ofApi(own, "POST", "bots/tienda/publish", { document: await shop() });
    for (const what of [{ text: "hola" }, { tap: "Tallas" }, { tap: "Talla 10" }, { text: "2" }]) {
      await ofApi(own, "POST", "sandbox/messages", { from: "+573001112233", name: "Ana", ...what });
    }
    const v2 = await shop();
    await ofApi(own, "POST", "bots/tienda/publish", { document: { ...v2, steps: { ...v2.steps, extra: { type: "stop" }, menu: { ...v2.steps.menu, text: "Otra cosa" } } } });
    const { sessions } = await ofApi<{ sessions: { id: string }[] }>(own, "GET", "sessions");
    const { turns } = await ofApi<{ turns: { trace: { what: string; step?: string }[] }[] }>(own, "GET", `sessions/${encodeURIComponent(sessions[0]!.id)}`);
    const walked = turns.flatMap(({ trace }) => trace.filter(({ what }) => what === "step").map(({ step }) => step));
    expect(walked).toEqual(["menu", "sizes", "kids", "count", "order", "bye"]);

    const { page, wrong } = await open(browser, own, "/sessions");
    await page.getByRole("link", { name: "Ana" }).click();
    await steps(page, STEPS);
    await says(page, "¡Hola! ¿Qué buscas?");
    await page.getByRole("button", { name: "To the beginning" }).click();
    const slider = page.getByRole("slider");
    const last = Number(await slider.getAttribute("max"));
    const seen: (string | null)[] = [];
    for (let line = 1; line <= last; line += 1) {
      await page.getByRole("button", { name: "Step forward" }).click();
      await expect.poll(() => slider.inputValue()).toBe(String(line));
      const [at = null] = await page.locator('.react-flow__node[aria-current="step"]').evaluateAll((cards) => cards.map((one) => one.getAttribute("data-id")));
      if (at !== null && at !== seen.at(-1)) {
        seen.push(at);
      }
    }
    expect(seen).toEqual(walked);
    expect(wrong).toEqual([]);
  }),
);

promise(25, "axe finds nothing on any page, in both colors and all three languages, and no id of a text is read", async () => {
  const ids = [...(await readFile(new URL("../src/i18n/locales/en.po", import.meta.url), "utf8")).matchAll(/^msgid "(.+)"$/gm)].map(([, id]) => id!);
  expect(ids.length).toBeGreaterThan(100);
  await ofApi(server, "POST", "bots/tienda/publish", { document: await shop() });
  await ofApi(server, "POST", "sandbox/messages", { from: "+573001112233", name: "Ana", text: "hola" });
  const { sessions } = await ofApi<{ sessions: { id: string }[] }>(server, "GET", "sessions");
  const pages = ["/bots", "/bots/tienda", "/bots/tienda/versions", "/bots/tienda/versions/1", "/sessions", `/sessions/${encodeURIComponent(sessions[0]!.id)}`, "/settings", "/settings/nowhere"];
  for (const colorScheme of ["light", "dark"] as const) {
    for (const locale of ["en-US", "es-CO", "pt-BR"]) {
      const { page, wrong } = await open(browser, server, pages[0]!, { colorScheme, locale });
      for (const path of pages) {
        await page.goto(path);
        await page.getByRole("heading").first().waitFor();
        await expect.poll(() => page.locator(".loading, [aria-busy=true]").count()).toBe(0);
        expect([path, colorScheme, locale, await violations(page)]).toEqual([path, colorScheme, locale, []]);
        const words = new Set((await page.locator("body").innerText()).split(/\s+/));
        expect(ids.filter((id) => words.has(id))).toEqual([]);
      }
      expect(wrong).toEqual([]);
      await page.context().close();
    }
  }
}, 240_000);

test("every promise is kept here, but those of a part that is not there yet", () => {
  const all = Array.from({ length: PROMISES }, (_, index) => index + 1);
  expect([...kept].toSorted((one, other) => one - other)).toEqual(all.filter((number) => !LATER.includes(number)));
});
