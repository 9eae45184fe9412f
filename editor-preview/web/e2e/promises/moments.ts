/** A conversation is gone back in, answered by hand, and changed; its time passes. */
import { expect } from "vitest";

import { keepDraft } from "../graph";
import { current, says, shot } from "../stories";
import { greeted, promise, skip, stage } from "./shop";

promise(17, "a day later there is a divider, the window is red, and the next free message fails as production fails it", async () => {
  const later = (id: string, next: string) => ({ [id]: { type: "wait", for: { delay: "25h" }, next } });
  await keepDraft(stage.server, "later", { format: 1, name: "Luego", language: "es", triggers: [{ on: "message", any: true }], start: "hi", steps: { hi: { type: "message", text: "Hola", next: "day" }, ...later("day", "again"), again: { type: "message", text: "¿Sigues ahí?" } } });
  const { page, wrong } = await stage.open("/bots/later");
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
  expect(new Set(asked)).toEqual(new Set([stage.server.url]));
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
  await page.getByRole("button", { name: "Waits at Menú" }).click();
  await current(page, "menu");
  await page.getByRole("tab", { name: "Preview" }).click();
  await page.getByRole("log").getByText("¿Cuántas de XXL?").waitFor({ state: "detached" });
  await says(page, "¡Hola! ¿Qué buscas?");
  expect(wrong).toEqual([]);
});
