import { readFile } from "node:fs/promises";
import { join } from "node:path";

import { expect, test } from "vitest";

import { violations } from "./browser";
import { keepDraft } from "./graph";
import { BOTS, cafeFile, choose, onStage, preview, says, send, shot } from "./stories";

const stage = onStage(BOTS);

test("a conversation is kept beside its bot, run with the draft, and opened where it fails", async () => {
  const { page, wrong } = await preview(stage);
  await send(page, "hola");
  await says(page, /Qué necesitas/);
  await choose(page, "More", "Save as test…");
  const saving = page.getByRole("dialog", { name: "Save as test…" });
  await saving.getByLabel("Name of the test").fill("greets");
  await saving.getByRole("button", { name: "Keep" }).click();
  await saving.getByText(/^Kept in .*cafe\.test\.json/).waitFor();
  await shot(page, "preview-save");
  await page.keyboard.press("Escape");
  const { dialogs } = JSON.parse(await readFile(join(stage.server.bots, "cafe.test.json"), "utf8"));
  expect(dialogs).toMatchObject([{ name: "greets", steps: [{ customer: "hola" }, { bot: { buttons: ["Pedir café", "Horarios", "Hablar con alguien"] } }] }]);

  await choose(page, "More", "Run tests…");
  await page.getByText("1 passed, 0 failed").waitFor();
  await page.keyboard.press("Escape");
  await page.getByRole("treeitem", { name: "Bienvenida" }).click();
  await page.getByRole("tab", { name: "Step" }).click();
  await page.getByLabel("Text", { exact: true }).fill("¡Buenas!");
  await page.getByRole("tab", { name: "Preview" }).click();
  await choose(page, "More", "Run tests…");
  await page.getByText("0 passed, 1 failed").waitFor();
  await shot(page, "preview-tests");
  expect(await violations(page)).toEqual([]);
  await page.getByRole("button", { name: "Open “greets”" }).click();
  await page.getByText(/Test “greets” fails here/).waitFor();
  await says(page, "¡Buenas!");
  expect(wrong).toEqual([]);
});

test("a bot that was made in the studio keeps its tests, too, until they are deleted", async () => {
  await keepDraft(stage.server, "drawn", await cafeFile());
  const { page, wrong } = await preview(stage, "drawn");
  await send(page, "hola");
  await says(page, /Qué necesitas/);
  for (const name of ["greets", "greets again"]) {
    await choose(page, "More", "Save as test…");
    const saving = page.getByRole("dialog", { name: "Save as test…" });
    await saving.getByText("It is kept with the bot, on the server.").waitFor();
    await saving.getByLabel("Name of the test").fill(name);
    await saving.getByRole("button", { name: "Keep" }).click();
    await saving.getByText("Kept with the bot.").waitFor();
    await saving.getByText("It takes the place of the test with this name.").waitFor();
    await page.keyboard.press("Escape");
  }

  await page.reload();
  await page.getByRole("tab", { name: "Preview" }).click();
  await choose(page, "More", "Run tests…");
  const tests = page.getByRole("dialog", { name: "Tests of this bot" });
  await tests.getByText("2 passed, 0 failed").waitFor();
  await shot(page, "tests-kept");
  const downloading = page.waitForEvent("download");
  await tests.getByRole("button", { name: "Download" }).click();
  const download = await downloading;
  expect(download.suggestedFilename()).toBe("drawn.test.json");
  const { dialogs } = JSON.parse(await readFile(await download.path(), "utf8"));
  expect(dialogs).toMatchObject([{ name: "greets" }, { name: "greets again", steps: [{ customer: "hola" }, {}] }]);

  await tests.getByRole("button", { name: "Delete “greets”" }).click();
  const asking = page.getByRole("dialog", { name: "Delete the test “greets”?" });
  await asking.waitFor();
  expect(await violations(page)).toEqual([]);
  await shot(page, "tests-delete");
  await page.keyboard.press("Escape");
  await asking.waitFor({ state: "detached" });
  await tests.getByRole("button", { name: "Delete “greets”" }).click();
  await asking.getByRole("button", { name: "Delete", exact: true }).click();
  await tests.getByText("1 passed, 0 failed").waitFor();
  expect(await tests.locator(":focus").count()).toBe(1);
  await tests.getByRole("button", { name: "Delete “greets again”" }).click();
  await page.getByRole("button", { name: "Delete", exact: true }).click();
  await tests.getByText("This bot has no tests yet").waitFor();
  expect(wrong).toEqual([]);
});

test("a webhook that comes again says nothing twice, and a status that comes late takes nothing back", async () => {
  await keepDraft(stage.server, "repeated", await cafeFile());
  const { page, wrong } = await preview(stage, "repeated");
  await send(page, "hola");
  await says(page, /Qué necesitas/);
  const bubbles = page.getByRole("log").locator(".sb-in, .sb-out");
  await expect.poll(() => bubbles.count()).toBe(2);
  await page.getByRole("button", { name: "More", exact: true }).click();
  await shot(page, "preview-more");
  await page.getByRole("menuitem", { name: "Deliver the customer’s last message again (repeated webhook)" }).click();
  await choose(page, "More", "Last message read");
  await page.locator(".sb-read").last().waitFor();
  await choose(page, "More", "Last message delivered");
  await page.getByRole("tab", { name: "Trace" }).click();
  await page.getByText("this message was here before").waitFor();
  await page.getByRole("tab", { name: "Preview" }).click();
  expect(await bubbles.count()).toBe(2);
  expect(await page.locator(".sb-read").count()).toBe(1);

  await choose(page, "More", "Save as test…");
  await page.getByLabel("Name of the test").fill("comes twice");
  await page.getByRole("button", { name: "Keep" }).click();
  await page.getByText("Kept with the bot.").waitFor();
  await page.keyboard.press("Escape");
  await choose(page, "More", "Run tests…");
  await page.getByText("1 passed, 0 failed").waitFor();
  const { dialogs } = (await (await fetch(`${stage.server.url}/api/v1/bots/repeated/tests`)).json()) as { dialogs: unknown };
  expect(dialogs).toMatchObject([{ name: "comes twice", steps: [{ customer: "hola" }, {}, { customer: { again: true } }, { status: "read" }, { status: "delivered" }] }]);
  expect(wrong).toEqual([]);
});
