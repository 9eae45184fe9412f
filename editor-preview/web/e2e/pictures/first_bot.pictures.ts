import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";

import { card } from "../graph";
import { type Server, startServer } from "../server";
import { says, send } from "../stories";
import { add, camera, field, menu, startCamera } from "./camera";

/** The guide's pictures stand beside it. */
const FOLDER = new URL("../../../../docs/images/first-bot/", import.meta.url).pathname;

let server: Server;
let browser: Browser;

beforeAll(async () => {
  [server, browser] = await Promise.all([startServer(), startCamera()]);
});
afterAll(async () => {
  await browser?.close();
  await server?.stop();
});

/** A customer writes or taps. */
async function say(what: { text: string } | { tap: string }): Promise<void> {
  const body = JSON.stringify({ from: "+573001234567", name: "Lucía Torres", ...what });
  const answer = await fetch(`${server.url}/api/v1/sandbox/messages`, { method: "POST", headers: { "content-type": "application/json" }, body });
  expect(answer.status).toBe(200);
}

test("docs/first-bot.md: from an empty list to a customer who was served", async () => {
  const { page, take } = await camera(browser, server, FOLDER);
  await page.goto("/bots");
  await page.getByRole("heading", { name: "No bots yet" }).waitFor();
  await take("01-empty");

  await page.getByRole("button", { name: "Blank" }).click();
  await field(page, "Name of the bot").fill("Floristería Camelia");
  await page.keyboard.press("Enter");
  await page.waitForURL("**/bots/floristeria_camelia");
  await field(page, "Language").fill("es");
  await page.getByRole("treeitem", { name: "Welcome" }).click();
  await field(page, "Text").fill("¡Hola, {{ contact.first_name }}! Soy la asistente de la Floristería Camelia.");
  await field(page, "Title on the canvas").fill("Bienvenida");
  await take("02-first-text");

  await add(page, "but", () => take("03-add-step"));
  await field(page, "Text").fill("¿Qué te gustaría hacer?");
  await field(page, "Title on the canvas").fill("Menú");
  await field(page, "Button 1").fill("Pedir un ramo");
  await field(page, "Button 2").fill("Hablar con alguien");
  await take("04-buttons");

  const addAfter = async (step: string, way: string, typed: string) => {
    await card(page, step).hover();
    await card(page, step).getByRole("button", { name: `Add a step after “${way}”` }).click();
    const dialog = page.getByRole("dialog", { name: "Add step" });
    await dialog.getByRole("combobox").fill(typed);
    await page.keyboard.press("Enter");
    await dialog.waitFor({ state: "detached" });
  };
  await addAfter("message", "Pedir un ramo", "question");
  await field(page, "Text").fill("¿Cuántas rosas quieres en el ramo?");
  await field(page, "Title on the canvas").fill("Cuántas rosas");
  await field(page, "Expected answer").selectOption({ label: "Whole number" });
  await field(page, "Save as").fill("vars.rosas");
  await field(page, "When the answer does not fit").fill("Escribe un número, por favor.");
  await take("05-question");

  await addAfter("ask", "next", "message");
  await field(page, "Title on the canvas").fill("Precio");
  await field(page, "Text").fill("Un ramo de {{ vars.rosas }} rosas cuesta {{ vars.rosas * 2 }} €. ¡Pásate cuando quieras!");
  // The second button leads nowhere yet: the list of problems says so.
  await page.getByRole("button", { name: "Tidy" }).click();
  await page.getByRole("button", { name: "Fit" }).click();
  await page.locator("#problems > summary").click();
  await take("06-problem");
  await page.getByRole("treeitem", { name: "Precio" }).click();
  await page.locator("#problems > summary").click();

  await addAfter("message", "Hablar con alguien", "hand off");
  await field(page, "Title on the canvas").fill("Una persona");
  await field(page, "To").selectOption({ label: "A team" });
  await field(page, "Team, To").fill("ventas");
  await field(page, "Text").fill("Ahora te escribe alguien de la tienda.");
  await page.getByRole("button", { name: "Hide the outline" }).click();
  await page.getByRole("button", { name: "Tidy" }).click();
  await page.getByRole("button", { name: "Fit" }).click();
  await take("07-whole");

  await page.getByRole("tab", { name: "Preview" }).click();
  await send(page, "hola");
  await says(page, /Qué te gustaría/);
  await page.getByRole("log").getByRole("button", { name: "Pedir un ramo" }).click();
  await says(page, /Cuántas rosas/);
  await send(page, "muchas");
  await says(page, /Escribe un número/);
  await send(page, "12");
  await says(page, /cuesta 24/);
  await take("08-preview");

  await menu(page, "Save as test…");
  await field(page, "Name of the test").fill("un ramo de doce rosas");
  const downloading = page.waitForEvent("download");
  await page.getByRole("button", { name: "Download" }).click();
  const tests = join(await mkdtemp(join(tmpdir(), "salesbot-tests-")), "floristeria_camelia.test.json");
  await (await downloading).saveAs(tests);
  await page.keyboard.press("Escape");
  await menu(page, "Run tests…");
  await field(page, "Tests from a file instead").setInputFiles(tests);
  await page.getByText("1 passed, 0 failed").waitFor();
  await take("09-test");
  await page.keyboard.press("Escape");

  const publish = page.locator(".top-bar").getByRole("button", { name: "Publish", exact: true });
  const dialog = page.getByRole("dialog", { name: "Publish this bot" });
  await publish.click();
  await dialog.getByRole("button", { name: "Publish" }).click();
  await dialog.getByText(/v1 is live/).waitFor();
  await dialog.getByRole("button", { name: "Close" }).click();

  // A change shows what is new against what is live.
  await card(page, "message_2").locator(".card-head").click();
  await page.getByRole("tab", { name: "Step" }).click();
  await field(page, "Text").fill("Un ramo de {{ vars.rosas }} rosas cuesta {{ vars.rosas * 2 }} €. Te lo llevamos hoy mismo.");
  await page.getByText("Draft · live is v1").waitFor();
  await publish.click();
  await dialog.getByText("1 step changed").waitFor();
  await dialog.getByText("Precio").click();
  await field(page, "What changed (optional)").fill("Entrega el mismo día");
  await take("10-publish");
  await dialog.getByRole("button", { name: "Publish" }).click();
  await dialog.getByText(/v2 is live/).waitFor();
  await dialog.getByRole("button", { name: "Close" }).click();

  await say({ text: "hola" });
  await say({ tap: "Pedir un ramo" });
  await say({ text: "24" });
  await page.goto("/sessions");
  await page.getByRole("link", { name: "Lucía Torres" }).click();
  await says(page, /cuesta 48/);
  await take("11-replay");
});
