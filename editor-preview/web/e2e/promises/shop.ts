/** The shop that the promises are told of, and words for it. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";

import type { Locator, Page } from "playwright-core";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";

import { keepDraft } from "../graph";
import { type Connected, startConnected } from "../mock";
import { onStage, type Opened, says, send, studio as open } from "../stories";

const FOLDER = new URL("../acceptance", import.meta.url).pathname;
export const STEPS = 10;

export type Json = Record<string, unknown>;
export interface Shop extends Json {
  steps: Record<string, Json>;
}

/** The promises of which a test tells. */
export const kept = new Set<number>();
export const stage = onStage();
/** A server with a number, for what only an account has. */
export let connected: Connected;

beforeAll(async () => {
  connected = await startConnected(FOLDER, "--templates", join(FOLDER, "templates.json"));
});
beforeEach(async () => keepDraft(stage.server, "tienda", await file()));
afterAll(() => connected?.stop());

export function promise(number: number, words: string, story: () => Promise<void>, timeout = 60_000): void {
  kept.add(number);
  test(`${number}. ${words}`, story, timeout);
}

export const file = (): Promise<string> => readFile(join(FOLDER, "tienda.json"), "utf8");
export const shop = async (): Promise<Shop> => JSON.parse(await file()) as Shop;

/** The shop's bot in the editor, all of it in sight. */
export async function tienda(at = stage.server): Promise<Opened> {
  const opened = await open(stage.browser, at, "/bots/tienda", { viewport: { width: 2000, height: 1100 } });
  await steps(opened.page, STEPS);
  await opened.page.getByRole("button", { name: "0 errors 0 warnings" }).waitFor();
  return opened;
}

/** The same, in the preview, after the customer's first words. */
export async function greeted(at = stage.server): Promise<Opened> {
  const opened = await tienda(at);
  await opened.page.getByRole("tab", { name: "Preview" }).click();
  await send(opened.page, "hola");
  await says(opened.page, "¡Hola! ¿Qué buscas?");
  return opened;
}

export async function steps(page: Page, count: number): Promise<void> {
  await expect.poll(() => page.locator(".react-flow__node").count()).toBe(count);
}

export const item = (page: Page, name: string): Locator => page.getByRole("treeitem", { name: new RegExp(`^${name}`) });
export const skip = async (page: Page, span: string): Promise<void> => {
  await page.getByRole("button", { name: "Skip time" }).click();
  await page.getByRole("menuitem", { name: span }).click();
};

/** On which side of the chat a bubble stands: the business's left, or the customer's right. */
export async function side(page: Page, text: string): Promise<string> {
  const [chat, bubble] = [(await page.getByRole("log").boundingBox())!, (await page.getByRole("log").getByText(text).last().boundingBox())!];
  return bubble.x - chat.x < chat.x + chat.width - bubble.x - bubble.width ? "left" : "right";
}

export async function importFile(page: Page, buffer: Buffer): Promise<void> {
  const chooser = page.waitForEvent("filechooser");
  await page.getByRole("button", { name: "Import JSON" }).click();
  await (await chooser).setFiles({ name: "tienda.json", mimeType: "application/json", buffer });
  await page.waitForURL("**/bots/tienda*");
  await page.locator(".react-flow__node").first().waitFor();
}

export async function exported(page: Page): Promise<Buffer> {
  await page.getByRole("button", { name: "Bot menu" }).click();
  const [download] = await Promise.all([page.waitForEvent("download"), page.getByRole("menuitem", { name: "Export JSON" }).click()]);
  return readFile((await download.path())!);
}
