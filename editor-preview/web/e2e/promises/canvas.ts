/** Bots are drawn with the pointer, and with keys alone. */
import { expect } from "vitest";

import { card, center, choose, drag, draftOf, edge, emptyPlace, keepDraft, port, saved } from "../graph";
import { place } from "../stories";
import { item, promise, shop, stage, steps, STEPS, tienda } from "./shop";

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
  await expect.poll(async () => Object.values((await draftOf(stage.server, "tienda")).steps).find(({ text }) => text === "¿Algo más?")?.buttons).toBeTruthy();
  const { steps: now } = await draftOf(stage.server, "tienda");
  expect(now[String(now.order!.next)]!.text).toBe("¿Algo más?");
  // It came between the step and where that led.
  expect(now[String(now.order!.next)]!.buttons).toMatchObject([{ goto: "bye" }, {}]);
  expect(wrong).toEqual([]);
});

promise(5, "a port that is dragged to an empty place asks for a step, and leads to it", async () => {
  await keepDraft(stage.server, "tienda", { ...(await shop()), steps: { ...(await shop()).steps, order: { type: "message", text: "Apartado." } } });
  const { page, wrong } = await stage.open("/bots/tienda", { viewport: { width: 2000, height: 1100 } });
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
  await expect.poll(async () => (await draftOf(stage.server, "tienda")).steps.menu!.buttons).toMatchObject([{ title: "Precios", goto: "kids" }, {}, {}]);
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
  expect((await draftOf(stage.server, "tienda")).layout!.steps!.menu).toEqual({ x: 0, y: 0 });
  expect(wrong).toEqual([]);
});

promise(8, "two steps pasted into another bot keep their edge, and have ids of their own", async () => {
  await keepDraft(stage.server, "other", { format: 1, name: "Otra", language: "es", triggers: [{ on: "message", any: true }], start: "tell", steps: { tell: { type: "message", text: "Hola", next: "bye" }, bye: { type: "stop" } } });
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
  await expect.poll(async () => Object.keys((await draftOf(stage.server, "other")).steps).length).toBe(4);
  const { steps: now } = await draftOf(stage.server, "other");
  expect(now.tell).toEqual({ type: "message", text: "Hola", next: "bye" });
  const pasted = Object.entries(now).find(([id, { text }]) => id !== "tell" && String(text).startsWith("La camiseta"))!;
  expect([now[String(pasted[1].next)]!.type, pasted[1].next === "bye"]).toEqual(["stop", false]);
  expect(wrong).toEqual([]);
});
