/** Takes the pictures of the docs: pages of one size, at rest, without a caret. */
import { mkdir } from "node:fs/promises";
import { dirname, join } from "node:path";

import type { Browser, Locator, Page } from "playwright-core";
import { expect } from "vitest";

import { openPage, startBrowser } from "../browser";
import type { Server } from "../server";

/** Windows of pictures: as wide as all panels of the editor need. */
const WINDOW = { width: 1280, height: 800 };

/** Letters stand where the font wants them, also on a canvas that is zoomed out. */
export function startCamera(): Promise<Browser> {
  return startBrowser("--font-render-hinting=none");
}

export interface Camera {
  page: Page;
  /** Keeps a picture of the page. */
  take: (name: string) => Promise<void>;
}

/** A page of the studio whose pictures go into a folder. */
export async function camera(browser: Browser, server: Server, folder: string, colorScheme: "light" | "dark" = "light"): Promise<Camera> {
  const { page } = await openPage(browser, server.url, { viewport: WINDOW, colorScheme, reducedMotion: "reduce" });
  const take = async (name: string) => {
    const path = join(folder, `${name}.png`);
    await mkdir(dirname(path), { recursive: true });
    await expect.poll(() => page.locator(".loading, [aria-busy=true]").or(page.getByText(/^(Not saved yet|Saving)/)).count()).toBe(0);
    await rests(page);
    await page.screenshot({ path, animations: "disabled" });
  };
  return { page, take };
}

/** Waits until two pictures after another are the same. */
export async function rests(page: Page): Promise<void> {
  let before: Buffer = Buffer.alloc(0);
  const isStill = async () => {
    const now = await page.screenshot({ animations: "disabled" });
    const still = now.equals(before);
    before = now;
    return still;
  };
  await expect.poll(isStill, { interval: 200 }).toBe(true);
}

/** Adds a step behind the selected one. */
export async function add(page: Page, typed: string, shown?: () => Promise<void>): Promise<void> {
  await page.locator(".outline-row[aria-selected=true]").focus();
  await page.keyboard.press("/");
  const menu = page.getByRole("dialog", { name: "Add step" });
  await menu.getByRole("combobox").pressSequentially(typed);
  await shown?.();
  await page.keyboard.press("Enter");
  await menu.waitFor({ state: "detached" });
}

export function field(page: Page, name: string): Locator {
  return page.getByLabel(name, { exact: true });
}

export async function menu(page: Page, item: string): Promise<void> {
  await page.getByRole("tabpanel").getByRole("button", { name: "More", exact: true }).click();
  await page.getByRole("menuitem", { name: item }).click();
}
