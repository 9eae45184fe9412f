import { join } from "node:path";

import type { Browser, BrowserContextOptions, Locator, Page } from "playwright-core";
import { onTestFailed } from "vitest";

import { openPage } from "./browser";
import type { Server } from "./server";

/** Bots that stories are told with. */
export const BOTS = new URL("./bots", import.meta.url).pathname;

/** Where pictures are kept, for those who want to look. */
const SHOTS = process.env.STUDIO_SHOTS;

export async function shot(page: Page, name: string): Promise<void> {
  if (SHOTS) {
    await page.screenshot({ path: join(SHOTS, `${name}.png`) });
  }
}

/** A page of the studio, with what went wrong in it; a test that fails leaves a picture of it. */
export async function studio(browser: Browser, server: Server, path: string, options: BrowserContextOptions = {}): Promise<{ page: Page; wrong: string[] }> {
  const opened = await openPage(browser, server.url, options);
  onTestFailed(async () => shot(opened.page, "failed"));
  await opened.page.goto(path);
  return opened;
}

/** The bot's chat in the preview, until it says something. */
export async function says(page: Page, text: string | RegExp): Promise<void> {
  await page.getByRole("log").getByText(text).last().waitFor();
}

/** Types as the customer would. */
export async function send(page: Page, text: string): Promise<void> {
  await page.getByRole("textbox", { name: /message/i }).fill(text);
  await page.keyboard.press("Enter");
}

/** Where a card stands on the canvas. */
export function place(card: Locator): Promise<string> {
  return card.evaluate((element) => (element as HTMLElement).style.transform);
}
