import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { describe, expect, test } from "vitest";

import { violations } from "./browser";
import { draftOf, keepDraft } from "./graph";
import type { Server } from "./server";
import { onServer, onStage, type Opened, says, send, shot, studio as open } from "./stories";

/** Bots that the studio has never seen, from other hands and tools. */
const SHOP = new URL("./acceptance/tienda.json", import.meta.url);
const SHIPPED = new URL("../../../bots/", import.meta.url);
const REFERENCE = new URL("../../../docs/reference/steps/", import.meta.url);

type Json = Record<string, unknown>;
interface Bot extends Json {
  name: string;
  steps: Record<string, Json>;
}

const stage = onStage();

const parsed = async (file: URL): Promise<Bot> => JSON.parse(await readFile(file, "utf8")) as Bot;

/** A bot with these steps, and nothing that they don't need. */
function botOf(name: string, steps: Record<string, Json>, more: Json = {}): Bot {
  return { format: 1, name, language: "es", triggers: [{ on: "message", any: true }], start: Object.keys(steps)[0]!, steps, ...more };
}

/** The example of each kind of step as the reference page has it, with the steps that they lead to. */
async function reference(): Promise<Bot> {
  const pages = (await readdir(REFERENCE)).filter((name) => name.endsWith(".md"));
  const examples = await Promise.all(
    pages.map(async (name) => [name.replace(".md", "_step"), JSON.parse(/^```json\n([^]*?)\n```/m.exec(await readFile(new URL(name, REFERENCE), "utf8"))![1]!) as Json] as const),
  );
  const targets = examples.flatMap(([, step]) => [...JSON.stringify(step).matchAll(/"(?:next|goto|otherwise|failed|resume)":"(\w+)"/g)].map(([, target]) => target!));
  return botOf("Every kind of step", Object.fromEntries([...examples, ...targets.map((id) => [id, { type: "stop" }] as const)]));
}

/** A document as another tool may have written it: keys that the studio knows nothing of, at every level. */
async function strange(): Promise<Bot> {
  const bot = await parsed(SHOP);
  const unknown = JSON.parse('{"__proto__": {"polluted": true}, "constructor": 1, "": "", "ключ": [[], {}, null, -0.5, 12345678901234, true, "\\u2028\\ud83d\\ude42"]}') as Json;
  return { ...bot, x_tool: unknown, meta: unknown, steps: { ...bot.steps, order: { ...bot.steps.order, x_color: unknown, meta: unknown } } };
}

/** Opens a bot, and waits until so many cards are drawn. */
async function drawn(bot: string, count: number): Promise<Opened> {
  const opened = await stage.open(`/bots/${bot}`);
  await expect.poll(() => opened.page.locator(".react-flow__node").count()).toBe(count);
  return opened;
}

describe("a bot from outside", () => {
  test("is dropped into the folder, listed by its name, drawn, and spoken with", async () => {
    const { page, wrong } = await stage.open("/bots");
    await writeFile(join(stage.server.bots, "tienda.json"), await readFile(SHOP, "utf8"));
    // The list is that of the moment that one comes to it; until the file is written to its end, its bot is one that can't be read.
    await expect.poll(async () => (await fetch(`${stage.server.url}/api/v1/bots`)).text()).toContain("Tienda La Esquina");
    await page.reload();
    await page.getByRole("link", { name: "Tienda La Esquina" }).waitFor();
    expect(await violations(page)).toEqual([]);
    await page.getByRole("link", { name: "Tienda La Esquina" }).click();
    await expect.poll(() => page.locator(".react-flow__node").count()).toBe(10);
    expect(await violations(page)).toEqual([]);
    await page.getByRole("tab", { name: "Preview" }).click();
    const box = page.getByRole("textbox", { name: /message/i });
    await box.fill("hola");
    await box.press("Enter");
    await says(page, "¡Hola! ¿Qué buscas?");
    await page.getByRole("button", { name: "Tallas", exact: true }).click();
    await page.getByRole("button", { name: "Ver tallas" }).click();
    await page.getByRole("dialog").getByText("Talla L").click();
    expect(await violations(page)).toEqual([]);
    await page.getByRole("dialog").getByRole("button", { name: "Send" }).click();
    await says(page, "¿Cuántas de Talla L?");
    expect(await violations(page)).toEqual([]);
    expect(wrong).toEqual([]);
  });

  test("is drawn with a card for each step, whoever made it", async () => {
    const shop = await parsed(SHOP);
    const long = (letter: string) => letter.repeat(64);
    const shipped = (await readdir(SHIPPED)).filter((name) => name.endsWith(".json") && !name.endsWith(".test.json"));
    const bots: Record<string, Bot> = {
      ...Object.fromEntries(await Promise.all(shipped.map(async (name) => [name.replace(".json", ""), await parsed(new URL(name, SHIPPED))] as const))),
      reference: await reference(),
      unplaced: { ...shop, layout: undefined },
      half_placed: { ...shop, layout: { steps: { menu: { x: -500, y: 3 } } } },
      grouped: {
        ...shop,
        layout: { steps: (shop.layout as Json).steps, groups: [{ id: "g", title: "Precios", color: "blue", steps: ["price", "tell"] }], notes: [{ id: "n", x: 0, y: -300, text: "Marta mira los precios" }] },
      },
      [long("b")]: botOf("Long ids", { [long("a")]: { type: "message", text: "Hola", next: long("z") }, [long("z")]: { type: "stop" } }),
      arabic: botOf("متجر 🛍️", { hi: { type: "message", label: "مرحبا 👋🏽", text: "أهلاً وسهلاً 👨‍👩‍👧‍👦", buttons: [{ title: "الأسعار 💰", goto: "bye" }] }, bye: { type: "stop" } }),
      strange: await strange(),
      broken: botOf("Broken", { hi: { type: "message", text: "x".repeat(5_000), next: "nowhere" }, odd: { type: "teleport", to: 7 }, none: { type: "message" } }),
      endless: botOf("Loop", { a: { type: "set", fields: {}, next: "a" } }),
    };
    for (const [id, bot] of Object.entries(bots)) {
      await keepDraft(stage.server, id, bot);
      const count = Object.keys(bot.steps).length;
      // Notes and the frames of groups are drawn by the same library, and are no steps.
      const { groups = [], notes = [] } = (bot.layout ?? {}) as Record<string, unknown[]>;
      const { page, wrong } = await drawn(id, count + groups.length + notes.length);
      await page.getByRole("button", { name: /^\d+ errors?\b/ }).waitFor();
      expect([id, await page.locator(".react-flow__node .card-head").count()]).toEqual([id, count]);
      expect(await page.getByRole("textbox", { name: "Name of the bot" }).inputValue()).toBe(bot.name);
      expect([id, await page.getByRole("treeitem").count()]).toEqual([id, expect.toSatisfy((lines: number) => lines >= count)]);
      expect([id, await violations(page)]).toEqual([id, []]);
      expect([id, await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)]).toEqual([id, true]);
      await shot(page, `stranger-${id.slice(0, 20)}`);
      expect([id, wrong]).toEqual([id, []]);
      await page.context().close();
    }
  }, 240_000);

  test("of three hundred steps is listed whole, and drawn where one looks", async () => {
    const steps = Object.fromEntries(Array.from({ length: 300 }, (_, number) => [`s${number}`, number < 299 ? { type: "message", text: `Paso ${number}`, next: `s${number + 1}` } : { type: "stop" }]));
    await keepDraft(stage.server, "hundreds", botOf("Hundreds", steps));
    const { page, wrong } = await stage.open("/bots/hundreds");
    await page.locator(".react-flow__node").first().waitFor();
    expect(await page.getByRole("treeitem").count()).toBe(300);
    expect(await page.locator(".react-flow__node").count()).toBeLessThan(300);
    await page.getByRole("treeitem", { name: "S299" }).click();
    await page.locator('.react-flow__node[data-id="s299"]').waitFor();
    await shot(page, "stranger-hundreds");
    expect(wrong).toEqual([]);
  });

  test("that can't be read is listed all the same, and its page says what is wrong", async () => {
    await writeFile(join(stage.server.bots, "torn.json"), '{"format": 1, "name": "Torn", "steps": {');
    await expect.poll(async () => (await fetch(`${stage.server.url}/api/v1/bots/torn`)).status).toBe(200);
    const { page, wrong } = await stage.open("/bots");
    await page.getByRole("row", { name: /torn/ }).getByText(/1 error/).waitFor();
    await shot(page, "stranger-torn-list");
    await page.getByRole("row", { name: /torn/ }).getByRole("link").first().click();
    await page.getByRole("heading", { name: /torn\.json holds no bot/ }).waitFor();
    expect(await page.getByRole("listitem").filter({ hasText: /JSON|line|end/i }).count()).toBeGreaterThan(0);
    expect(await violations(page)).toEqual([]);
    await shot(page, "stranger-torn");
    expect(wrong).toEqual([]);
  });

  test("keeps all that its JSON holds, also what the studio knows nothing of, when something else is edited", async () => {
    const before = await strange();
    await keepDraft(stage.server, "strange", before);
    const { page, wrong } = await drawn("strange", 10);
    await page.getByRole("treeitem", { name: "Pedido" }).click();
    await page.getByLabel("Text", { exact: true }).fill("¡Listo!");
    await page.getByRole("treeitem", { name: "Cuántas" }).click();
    await page.keyboard.press("Alt+ArrowDown");
    await expect.poll(async () => (await draftOf(stage.server, "strange")).steps.order!.text).toBe("¡Listo!");
    const after = (await draftOf(stage.server, "strange")) as unknown as Bot;
    const expected = { ...before, layout: after.layout, steps: { ...before.steps, order: { ...before.steps.order, text: "¡Listo!" } } };
    expect(JSON.stringify(after)).toBe(JSON.stringify(expected));
    expect(wrong).toEqual([]);
  });
});

describe("people", () => {
  test("two of them rehearse the same draft, and do not meet", async () => {
    await keepDraft(stage.server, "both", await readFile(SHOP, "utf8"));
    const [ana, marta] = await Promise.all([drawn("both", 10), drawn("both", 10)]);
    for (const { page } of [ana, marta]) {
      await page.getByRole("tab", { name: "Preview" }).click();
      await send(page, "hola");
      await says(page, "¡Hola! ¿Qué buscas?");
    }
    await ana.page.getByRole("log").getByRole("button", { name: "Tallas" }).click();
    await marta.page.getByRole("log").getByRole("button", { name: "Ofertas" }).click();
    await says(ana.page, "Tenemos estas tallas.");
    await says(marta.page, "Solo esta semana.");
    expect(await ana.page.getByRole("log").getByText("Solo esta semana.").count()).toBe(0);
    expect(await marta.page.getByRole("log").getByText("Tenemos estas tallas.").count()).toBe(0);
    expect([...ana.wrong, ...marta.wrong]).toEqual([]);
  });

  test("who has the token comes in, and who has not is asked for it; on this machine without one nobody is asked", async () => {
    const token = "a-token-of-strangers-0123456789";
    const story = async (own: Server) => {
      const { page } = await open(stage.browser, own, "/bots");
      await page.getByRole("heading", { name: /Sign in/ }).waitFor();
      expect(await page.getByRole("link", { name: "Bots" }).count()).toBe(0);
      expect((await fetch(`${own.url}/api/v1/bots`)).status).toBe(401);
      await page.getByLabel("Token").fill(token);
      await page.keyboard.press("Enter");
      await page.getByRole("heading", { name: "No bots yet" }).waitFor();
    };
    await onServer(undefined, story, { SALESBOT_API_TOKEN: token });
    const { page } = await stage.open("/bots");
    await page.getByRole("heading", { name: "Bots" }).waitFor();
  });
});
