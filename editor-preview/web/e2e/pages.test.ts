import { mkdtemp, readdir, readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import type { Page } from "playwright-core";
import { describe, expect, test } from "vitest";

import { violations } from "./browser";
import type { Server } from "./server";
import { BOTS, cafeFile, call, onServer, onStage, place, says, shot, studio as open } from "./stories";

const NAME = "Café de la esquina";
const SHIPPED = new URL("../../../bots", import.meta.url).pathname;
const TOKEN = "a-token-of-the-tests-0123456789";

type Json = Record<string, unknown>;

const stage = onStage(BOTS);

/** A customer writes or taps. */
function say(to: Server, from: string, what: { text: string } | { tap: string }): Promise<Json> {
  return call(to, "POST", "sandbox/messages", { from, name: "Ana Souza", ...what });
}

/** The bot of the tests' folder. */
async function cafe(): Promise<Json & { steps: Record<string, Json> }> {
  return JSON.parse(await cafeFile()) as Json & { steps: Record<string, Json> };
}

/** The same bot with another greeting. */
async function greeting(text: string): Promise<Json> {
  const bot = await cafe();
  return { ...bot, steps: { ...bot.steps, welcome: { ...bot.steps.welcome, text } } };
}

function steps(page: Page) {
  return page.locator(".react-flow__node");
}

/** Waits for the graph, and counts its cards. */
async function hasSteps(page: Page, count: number): Promise<void> {
  await steps(page).nth(count - 1).waitFor();
  expect(await steps(page).count()).toBe(count);
}

describe("the list of bots", () => {
  test("a bot begins from one that ships, which has no problems", async () => {
    await onServer(undefined, async (empty) => {
      const { page, wrong } = await open(stage.browser, empty, "/bots");
      await page.getByRole("heading", { name: "No bots yet" }).waitFor();
      for (const name of ["New from template", "Import JSON", "Blank"]) {
        await page.getByRole("button", { name, exact: true }).waitFor();
      }
      await page.getByRole("button", { name: "New from template" }).click();
      const dialog = page.getByRole("dialog", { name: "New from template" });
      const shipped = (await readdir(SHIPPED)).filter((name) => name.endsWith(".json") && !name.endsWith(".test.json"));
      await expect.poll(() => dialog.locator(".sample").count()).toBe(shipped.length);
      await shot(page, "samples");
      expect(await violations(page)).toEqual([]);
      await dialog.getByRole("button", { name: "Questions and answers" }).click();
      await page.waitForURL("**/bots/faq");
      const document = JSON.parse(await readFile(join(SHIPPED, "faq.json"), "utf8")) as { steps: Json };
      await hasSteps(page, Object.keys(document.steps).length);
      await page.getByRole("button", { name: "0 errors" }).waitFor();
      expect(wrong).toEqual([]);
    });
  });

  test("bots come from several files, by a choice or dropped, and are found, ordered, copied and exported", async () => {
    await onServer(BOTS, async (own) => {
      const { page, wrong } = await open(stage.browser, own, "/bots");
      await page.getByRole("link", { name: NAME }).waitFor();
      await page.locator("input[type=file]").setInputFiles(["faq", "round_robin"].map((name) => join(SHIPPED, `${name}.json`)));
      await page.getByText("2 bots were imported.").waitFor();
      const content = await readFile(join(SHIPPED, "appointment.json"), "utf8");
      const files = await page.evaluateHandle((text) => {
        const dropped = new DataTransfer();
        dropped.items.add(new File([text], "appointment.json", { type: "application/json" }));
        return dropped;
      }, content);
      await page.locator(".drop-target").dispatchEvent("drop", { dataTransfer: files });
      await page.waitForURL("**/bots/appointment");
      await page.goto("/bots");
      await expect.poll(() => page.getByRole("rowheader").count()).toBe(4);

      const names = () => page.getByRole("rowheader").locator("a").allTextContents();
      expect(await names()).toEqual([NAME, "Questions and answers", "Reserva de citas", "Sales round robin"]);
      await page.getByRole("button", { name: "Name" }).click();
      await page.getByRole("columnheader", { name: "Name", exact: true }).and(page.locator("[aria-sort=descending]")).waitFor();
      expect((await names())[0]).toBe("Sales round robin");
      await page.getByRole("searchbox", { name: "Search bots" }).fill("cafe");
      await expect.poll(names).toEqual([NAME]);
      await shot(page, "bots-found");

      const downloading = page.waitForEvent("download");
      await page.getByRole("button", { name: `Actions for ${NAME}` }).click();
      await page.getByRole("menuitem", { name: "Export JSON" }).click();
      const exported = join(await mkdtemp(join(tmpdir(), "salesbot-export-")), "cafe.json");
      await (await downloading).saveAs(exported);
      expect(await readFile(exported, "utf8")).toBe(`${JSON.stringify(await cafe(), null, 2)}\n`);

      await page.getByRole("button", { name: `Actions for ${NAME}` }).click();
      await page.getByRole("menuitem", { name: "Duplicate" }).click();
      await page.waitForURL("**/bots/cafe_2");
      expect(await page.getByRole("textbox", { name: "Name of the bot" }).inputValue()).toBe(`Copy of ${NAME}`);

      await page.goto("/bots");
      await page.getByRole("button", { name: `Actions for Copy of ${NAME}` }).click();
      await page.getByRole("menuitem", { name: "Discard draft" }).click();
      await page.getByRole("dialog").getByRole("button", { name: "Discard draft" }).click();
      await page.getByRole("link", { name: `Copy of ${NAME}` }).waitFor({ state: "detached" });
      expect(wrong).toEqual([]);
    });
  });

  test("a file without a bot says so, and makes none", async () => {
    const { page } = await stage.open("/bots");
    await page.getByRole("link", { name: NAME }).waitFor();
    await page.locator("input[type=file]").setInputFiles({ name: "half.json", mimeType: "application/json", buffer: Buffer.from("{") });
    await page.getByText("The bot could not be made: half.json, Line 1: The text ends too early: a bracket or a brace is not closed.").waitFor();
    await page.locator("input[type=file]").setInputFiles({ name: "twice.json", mimeType: "application/json", buffer: Buffer.from('{"name": "A",\n"name": "B"}') });
    await page.getByText("twice.json, Line 2: The key name stands here twice, and only one of them could be kept.").waitFor();
    expect(new URL(page.url()).pathname).toBe("/bots");
  });
});

describe("publishing and versions", () => {
  test("publishing shows what is new, sessions stay on their version, and a version comes back as the draft", async () => {
    await onServer(BOTS, async (own) => {
      await say(own, "+5511987654321", { text: "hola" });
      const { page, wrong } = await open(stage.browser, own, "/bots/cafe");
      await page.getByRole("treeitem", { name: "Bienvenida" }).click();
      await page.getByLabel("Text", { exact: true }).fill("¡Hola! ¿Qué quieres hoy?");
      await page.getByText("Draft · live is v1").waitFor();
      await page.getByRole("button", { name: "Publish" }).click();
      const dialog = page.getByRole("dialog", { name: "Publish this bot" });
      await dialog.getByText("1 step changed").waitFor();
      await dialog.getByText("Bienvenida").click();
      await dialog.locator("ins").filter({ hasText: "quieres hoy" }).waitFor();
      await dialog.getByText("1 conversation is under way").waitFor();
      expect(await dialog.getByRole("radio", { name: /Stay on the version/ }).isChecked()).toBe(true);
      await dialog.getByText("1 of 1 can.").waitFor();
      await dialog.getByLabel("What changed (optional)").fill("A shorter greeting");
      // What is wrong has to be seen before it goes out.
      expect(await dialog.getByRole("button", { name: "Publish" }).isDisabled()).toBe(true);
      await dialog.getByRole("checkbox", { name: /publish all the same/ }).check();
      await shot(page, "publish");
      expect(await violations(page)).toEqual([]);
      await dialog.getByRole("button", { name: "Publish" }).click();
      await dialog.getByText(/v2 is live/).waitFor();
      await dialog.getByText("1 conversation under way stays on its version.").waitFor();
      await dialog.getByRole("button", { name: "Close" }).click();
      await page.getByText("Live v2").waitFor();

      await page.goto("/bots/cafe/versions");
      await page.getByRole("row", { name: /v2.*A shorter greeting/ }).getByText("Live").waitFor();
      await page.getByRole("link", { name: "1 open session on v1" }).waitFor();
      await page.getByLabel("From", { exact: true }).selectOption({ label: "v1" });
      await page.getByLabel("To", { exact: true }).selectOption({ label: "v2 (live)" });
      await page.getByText("1 step changed").waitFor();
      await shot(page, "versions");

      await page.getByRole("button", { name: "Restore v1" }).click();
      await page.getByRole("dialog", { name: "Restore v1?" }).getByRole("button", { name: "Restore" }).click();
      await page.waitForURL("**/bots/cafe");
      await page.getByText("Draft · live is v2").waitFor();
      const { draft } = await call<{ draft: { document: Json } }>(own, "GET", "bots/cafe");
      expect(draft.document).toEqual(await cafe());
      expect(wrong).toEqual([]);
    });
  });

  test("sessions go on in the new version where their step is, and the others are told", async () => {
    await onServer(BOTS, async (own) => {
      await say(own, "+5511900000001", { text: "hola" });
      await say(own, "+5511900000002", { text: "hola" });
      await say(own, "+5511900000002", { tap: "Pedir café" });
      const without = await cafe();
      delete without.steps.beans;
      (without.steps.welcome as { buttons: Json[] }).buttons[0]!.goto = "cups";
      without.steps.cups!.text = "¿Cuántas tazas?";
      await call(own, "PUT", "bots/cafe/draft", without);

      const { page } = await open(stage.browser, own, "/bots/cafe?publish");
      const dialog = page.getByRole("dialog", { name: "Publish this bot" });
      await dialog.getByText("2 conversations are under way").waitFor();
      await dialog.getByText("1 of 2 can.").waitFor();
      await dialog.getByText("1 stays on v1, at “Qué café”").waitFor();
      await dialog.getByRole("radio", { name: /Go on in the new version/ }).check();
      await dialog.getByRole("checkbox", { name: /publish all the same/ }).check();
      await dialog.getByRole("button", { name: "Publish" }).click();
      await dialog.getByText("1 conversation goes on in this version.").waitFor();
    });
  });

  test("a version is seen as it was, and can't be changed", async () => {
    const { page, wrong } = await stage.open("/bots/cafe/versions/1");
    await page.getByRole("heading", { name: `${NAME} · v1` }).waitFor();
    await hasSteps(page, 10);
    const card = page.locator('.react-flow__node[data-id="welcome"]');
    await card.click();
    await page.getByRole("complementary", { name: "Selected step" }).getByText("Pedir café").waitFor();
    const before = await place(card);
    await card.focus();
    await page.keyboard.press("Alt+ArrowRight");
    await page.keyboard.press("Delete");
    expect(await place(card)).toBe(before);
    expect(await steps(page).count()).toBe(10);
    expect(wrong).toEqual([]);
  });

  test("a bot that was never published has no versions, and leads to where it can be", async () => {
    await onServer(undefined, async (own) => {
      await call(own, "PUT", "bots/cafe/draft", await cafe());
      const { page } = await open(stage.browser, own, "/bots/cafe/versions");
      await page.getByRole("heading", { name: "Not published yet" }).waitFor();
      await page.getByRole("button", { name: "Publish" }).click();
      await page.getByRole("dialog").getByText("This bot was never published. It has 10 steps.").waitFor();
    });
  });
});

describe("sessions", () => {
  test("a finished session is listed, and its replay walks the steps of its trace on the version that ran", async () => {
    await onServer(BOTS, async (own) => {
      const from = "+5511987654321";
      const { page, wrong } = await open(stage.browser, own, "/sessions");
      await page.getByRole("heading", { name: "No sessions yet" }).waitFor();
      // What happens is seen without a reload.
      await say(own, from, { text: "hola" });
      await page.getByRole("row", { name: /Ana Souza/ }).getByText("Under way").waitFor();
      await say(own, from, { tap: "Pedir café" });
      await say(own, from, { tap: "Huila" });
      await say(own, from, { text: "3" });
      await page.getByRole("row", { name: /Ana Souza/ }).getByText("Completed").waitFor();
      await call(own, "POST", "bots/cafe/publish", { document: await greeting("Otra cosa") });

      await page.getByLabel("State").selectOption("open");
      await page.getByRole("heading", { name: "No session fits" }).waitFor();
      await page.getByLabel("State").selectOption("ended");
      await page.getByLabel("Bot", { exact: true }).selectOption("cafe");
      await page.getByLabel("Version", { exact: true }).selectOption({ label: "v1" });
      await page.getByRole("searchbox", { name: "Contact’s number or id" }).fill(from);
      await shot(page, "sessions");
      await page.getByRole("link", { name: "Ana Souza" }).click();

      await page.getByRole("link", { name: `${NAME} · v1` }).waitFor();
      await hasSteps(page, 10);
      await says(page, "¡Gracias! Te esperamos.");
      const { sessions } = await call<{ sessions: { id: string }[] }>(own, "GET", "sessions");
      const { turns } = await call<{ turns: { trace: { what: string; step?: string }[] }[] }>(own, "GET", `sessions/${encodeURIComponent(sessions[0]!.id)}`);
      const walked = turns.flatMap(({ trace }) => trace.filter(({ what }) => what === "step").map(({ step }) => step));
      expect(walked).toEqual(["welcome", "beans", "cups", "many", "bye"]);

      await page.getByRole("button", { name: "To the beginning" }).click();
      expect(await page.locator(".is-taken").count()).toBe(0);
      const slider = page.getByRole("slider", { name: "Place in the trace" });
      const last = Number(await slider.getAttribute("max"));
      const seen: (string | null)[] = [];
      for (let line = 0; line < last; line += 1) {
        await page.keyboard.press("F10");
        await expect.poll(() => slider.inputValue()).toBe(String(line + 1));
        const current = await page.locator('.react-flow__node[aria-current="step"]').getAttribute("data-id").catch(() => null);
        if (current !== seen.at(-1)) {
          seen.push(current);
        }
      }
      expect(seen).toEqual(walked);
      await expect.poll(() => page.locator(".is-taken").count()).toBe(4);
      expect(await page.locator(".is-untaken").count()).toBe(10);
      // The head of a line that was taken has its colour.
      expect(await page.locator(".is-taken path[marker-end]").first().getAttribute("marker-end")).toContain("var(--info)");
      await shot(page, "replay");
      expect(await violations(page)).toEqual([]);

      // The chat is that of the moment: what came later is not there yet.
      await page.getByRole("region", { name: "Trace" }).getByRole("button").first().click();
      await says(page, /Qué necesitas/);
      await page.getByText("¡Gracias! Te esperamos.").and(page.getByRole("log").locator("*")).waitFor({ state: "detached" });
      await page.keyboard.press("ArrowDown");
      expect(await slider.inputValue()).toBe("1");
      await page.getByLabel("Speed").selectOption("4");
      await page.getByRole("button", { name: "Play" }).click();
      await expect.poll(() => slider.inputValue(), { timeout: 15_000 }).toBe(String(last));
      await page.getByRole("button", { name: "Play" }).waitFor();
      expect(wrong).toEqual([]);
    });
  });

  test("a session whose version is not kept has no graph, and says why; chat and trace are there", async () => {
    await onServer(BOTS, async (own) => {
      await say(own, "+5511987654321", { text: "hola" });
      const { sessions } = await call<{ sessions: { id: string }[] }>(own, "GET", "sessions");
      const { page, wrong } = await open(stage.browser, own, "/sessions");
      // As the server answers once the version is gone.
      await page.route(/api\/v1\/sessions\//, async (route) => {
        const response = await route.fetch();
        await route.fulfill({ response, json: { ...((await response.json()) as Json), document: null, number: null, bot_name: null } });
      });
      await page.goto(`/sessions/${encodeURIComponent(sessions[0]!.id)}`);
      await page.getByRole("heading", { name: "The graph is gone" }).waitFor();
      await says(page, /Qué necesitas/);
      const lines = page.getByRole("region", { name: "Trace" }).getByRole("button");
      await lines.first().click();
      await page.keyboard.press("ArrowDown");
      expect(await lines.nth(1).getAttribute("aria-current")).toBe("true");
      expect(await page.locator(".top-bar").getByRole("link").allTextContents()).toEqual(["All sessions"]);
      expect(await violations(page)).toEqual([]);
      await page.setViewportSize({ width: 800, height: 700 });
      await page.getByRole("heading", { name: "The graph is gone" }).waitFor();
      await shot(page, "replay-no-graph");
      expect(wrong).toEqual([]);
    });
  });

  test("a session that is not there says so", async () => {
    const { page } = await stage.open("/sessions/nobody.1");
    await page.getByRole("heading", { name: "There is no such session" }).waitFor();
    await page.getByRole("link", { name: "All sessions" }).click();
    await page.getByRole("heading", { name: "Sessions", exact: true }).waitFor();
  });
});

test("an address that leads nowhere says so, and leads to the bots", async () => {
  const { page } = await stage.open("/nonsense", { locale: "pt-BR" });
  await page.getByRole("heading", { name: "Não há nada neste endereço" }).waitFor();
  await page.getByText("/nonsense").waitFor();
  expect((await page.request.get("/nonsense", { headers: { accept: "text/html" } })).status()).toBe(404);
  await shot(page, "unknown");
  await page.getByRole("main").getByRole("link").click();
  await page.getByRole("heading", { name: "Bots" }).waitFor();
});

describe("code that can't be loaded", () => {
  test("says so in the place of a page, and in a window; once the server has it again it is there", async () => {
    const { page } = await stage.open("/bots");
    await page.getByRole("link", { name: NAME }).waitFor();
    const isGone = { value: true };
    await page.route(/assets\/(SettingsPage|KeySheet)|\/settings$/, (route) => (isGone.value ? route.abort() : route.continue()));
    await page.getByRole("link", { name: "Settings" }).click();
    await page.getByRole("heading", { name: "Could not be loaded" }).waitFor();
    expect(await violations(page)).toEqual([]);
    await page.keyboard.press("?");
    const dialog = page.getByRole("dialog", { name: "Could not be loaded" });
    await dialog.getByRole("button", { name: "Reload the page" }).waitFor();
    await shot(page, "not-loaded");
    await page.keyboard.press("Escape");
    const again = page.getByRole("main").getByRole("button", { name: "Try again" });
    await again.click();
    await page.getByText("The server did not answer.").waitFor();

    isGone.value = false;
    await again.click();
    await page.getByRole("heading", { name: "Settings" }).waitFor();
    await page.keyboard.press("?");
    await page.getByRole("dialog", { name: "Keys" }).waitFor();
  });
});

describe("settings", () => {
  test("the connection is told line by line, and choices are kept", async () => {
    const { page, wrong } = await stage.open("/settings");
    await page.getByText("No number is connected").waitFor();
    await page.getByRole("listitem").filter({ hasText: "Access token" }).getByText("Not set up").waitFor();
    expect(await page.getByLabel("Callback URL of the webhook").inputValue()).toBe(`${stage.server.url}/webhooks/whatsapp`);
    await page.getByRole("radio", { name: "Dark" }).check();
    expect(await page.evaluate(() => getComputedStyle(document.documentElement).colorScheme)).toBe("dark");
    await page.getByRole("checkbox", { name: /Single letters/ }).uncheck();
    await shot(page, "settings");
    await page.getByLabel("Language").selectOption({ label: "Português" });
    await page.getByRole("heading", { name: "Ajustes" }).waitFor();
    await page.reload();
    await page.getByRole("heading", { name: "Ajustes" }).waitFor();
    expect(await page.evaluate(() => getComputedStyle(document.documentElement).colorScheme)).toBe("dark");

    await page.goto("/bots/cafe");
    await hasSteps(page, 10);
    await page.locator('.react-flow__node[data-id="welcome"]').click();
    await page.locator('.react-flow__node[data-id="welcome"]').focus();
    await page.keyboard.press("c");
    await page.keyboard.press("Enter");
    expect(await page.getByRole("dialog").count()).toBe(0);
    expect(wrong).toEqual([]);
  });
});

describe("signing in", () => {
  test("who does not know the token stays outside; who does comes to where they wanted, and can leave", async () => {
    await onServer(
      BOTS,
      async (own) => {
        const { page } = await open(stage.browser, own, "/bots/cafe");
        await page.getByRole("heading", { name: "Sign in to Salesbot" }).waitFor();
        await shot(page, "sign-in");
        expect(await violations(page)).toEqual([]);
        await page.getByLabel("Token").fill("a guess");
        await page.keyboard.press("Enter");
        await page.getByRole("alert").filter({ hasText: "This is not the token." }).waitFor();
        await page.getByLabel("Token").fill(TOKEN);
        await page.keyboard.press("Enter");
        await hasSteps(page, 10);

        // Signed out in the middle of an edit: it is still there behind the question, and saved after it.
        await page.context().clearCookies();
        await page.getByRole("treeitem", { name: "Gracias" }).click();
        await page.getByLabel("Text", { exact: true }).fill("¡Mil gracias!");
        const dialog = page.getByRole("dialog", { name: "Sign in to Salesbot" });
        await dialog.waitFor();
        await page.keyboard.press("Escape");
        await page.keyboard.press("Escape");
        await dialog.getByLabel("Token").fill(TOKEN);
        await page.keyboard.press("Enter");
        await dialog.waitFor({ state: "detached" });
        expect(await page.getByLabel("Text", { exact: true }).inputValue()).toBe("¡Mil gracias!");
        await page.getByText("Saved", { exact: false }).waitFor();

        await page.getByRole("link", { name: "Settings" }).click();
        await page.getByRole("button", { name: "Sign out" }).click();
        await page.getByRole("heading", { name: "Sign in to Salesbot" }).waitFor();
      },
      { SALESBOT_API_TOKEN: TOKEN },
    );
  });
});
