/** What is wrong is told while it is drawn, with a fix. */
import { expect } from "vitest";

import { draftOf, edge, keepDraft, saved } from "../graph";
import { shot, studio as open } from "../stories";
import { connected, item, promise, shop, stage, steps, STEPS, tienda } from "./shop";

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
  const refused = await fetch(`${stage.server.url}/api/v1/bots/tienda/publish`, { method: "POST", headers: { "content-type": "application/json" }, body: "{}" });
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
  await keepDraft(connected.server, "tienda", { ...document, steps: { ...document.steps, order: { ...document.steps.order, next: "day" }, day: late, late: { type: "message", label: "Mañana", text: "¿Todo bien?", next: "bye" } } });
  const { page, wrong } = await open(stage.browser, connected.server, "/bots/tienda", { viewport: { width: 2000, height: 1100 } });
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
