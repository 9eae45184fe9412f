/** The draft talks as WhatsApp would show it. */
import { expect } from "vitest";

import { keepDraft } from "../graph";
import { current, says, shot, studio as open } from "../stories";
import { connected, greeted, item, promise, side, stage, tienda } from "./shop";

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
  await keepDraft(connected.server, "regalos", { format: 1, name: "Regalos", language: "es", triggers: [{ on: "message", any: true }], start: "gift", steps: { gift: { type: "template", name: "cinco", language: "es", buttons, otherwise: "bye", timeout: { after: "1d", goto: "bye" } }, bye: { type: "stop" } } });
  const { page, wrong } = await open(stage.browser, connected.server, "/bots/regalos");
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
  await keepDraft(stage.server, "marks", { format: 1, name: "Marcas", language: "es", triggers: [{ on: "message", any: true }], start: "hi", steps: { hi: { type: "message", text: "*a* _b_ ~c~ ```d``` <img onerror=alert(1) src=x>" } } });
  const { page, wrong } = await stage.open("/bots/marks");
  await page.getByRole("button", { name: "Test", exact: true }).click();
  const chat = page.getByRole("log");
  await chat.getByText("<img onerror=alert(1) src=x>").waitFor();
  for (const [mark, words] of [["strong", "a"], ["em", "b"], ["del", "c"], ["code", "d"]] as const) {
    expect(await chat.locator(mark).allInnerTexts()).toEqual([words]);
  }
  expect(await chat.locator("img").count()).toBe(0);
  expect(wrong).toEqual([]);
});
