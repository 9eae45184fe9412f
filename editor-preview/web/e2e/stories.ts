import { readFile } from "node:fs/promises";
import { join } from "node:path";

import type { Browser, BrowserContextOptions, Locator, Page } from "playwright-core";
import { afterAll, beforeAll, beforeEach, expect, onTestFailed } from "vitest";

import { openPage, startBrowser } from "./browser";
import { keepDraft } from "./graph";
import { type Options, type Server, startServer } from "./server";

/** Bots that stories are told with. */
export const BOTS = new URL("./bots", import.meta.url).pathname;

/** Where pictures are kept, for those who want to look. */
const SHOTS = process.env.STUDIO_SHOTS;

export async function shot(page: Page, name: string): Promise<void> {
  if (SHOTS) {
    await page.screenshot({ path: join(SHOTS, `${name}.png`) });
  }
}

/** A page, with what went wrong in it. */
export interface Opened {
  page: Page;
  wrong: string[];
}

/** A page of the studio; a test that fails leaves a picture of it. */
export async function studio(browser: Browser, server: Server, path: string, options: BrowserContextOptions = {}): Promise<Opened> {
  const opened = await openPage(browser, server.url, options);
  onTestFailed(async () => shot(opened.page, "failed"));
  await opened.page.goto(path);
  return opened;
}

/** What the stories of a file are told on. */
export interface Stage {
  /** Both are there while a story is told. */
  server: Server;
  browser: Browser;
  /** A page of the studio of this server. */
  open: (path: string, options?: BrowserContextOptions) => Promise<Opened>;
}

/** Starts a server and a browser for the stories of a file, and ends them after the last. What one story opened is closed before the next. */
export function onStage(options: string | Options = {}): Stage {
  const stage = { open: (path, options) => studio(stage.browser, stage.server, path, options) } as Stage;
  beforeAll(async () => {
    [stage.server, stage.browser] = await Promise.all([startServer(options), startBrowser()]);
  });
  beforeEach(async () => {
    // Nobody goes on saving when the next story begins, either.
    await Promise.all(stage.browser.contexts().map((context) => context.close()));
  });
  afterAll(async () => {
    await stage.browser?.close();
    await stage.server?.stop();
  });
  return stage;
}

/** Tells a story on a server of its own, with the bots of a folder, or without any. */
export async function onServer(bots: string | undefined, story: (server: Server) => Promise<void>, settings: Record<string, string> = {}): Promise<void> {
  const own = await startServer({ ...(bots ? { bots } : {}), env: settings });
  try {
    await story(own);
  } finally {
    await own.stop();
  }
}

/** What the API answers. */
export async function call<T = Record<string, unknown>>({ url }: Server, method: string, path: string, body?: unknown): Promise<T> {
  const answer = await fetch(`${url}/api/v1/${path}`, { method, headers: { "content-type": "application/json" }, ...(body === undefined ? {} : { body: JSON.stringify(body) }) });
  expect([method, path, answer.status]).toEqual([method, path, 200]);
  return (await answer.json()) as T;
}

/** The café's bot as it is in its file. */
export const cafeFile = (): Promise<string> => readFile(join(BOTS, "cafe.json"), "utf8");

/** Each story begins with the café's bot as it is in its file. */
export function beginWithCafe(stage: Stage): void {
  beforeEach(async () => keepDraft(stage.server, "cafe", await cafeFile()));
}

/** The preview of a bot. */
export async function preview(stage: Stage, bot = "cafe", options: BrowserContextOptions = {}): Promise<Opened> {
  const opened = await stage.open(`/bots/${bot}`, options);
  await opened.page.getByRole("tab", { name: "Preview" }).click();
  return opened;
}

/** Waits until the canvas shows that the bot is at a step. */
export function current(page: Page, step: string): Promise<void> {
  return page.locator(`.react-flow__node[data-id="${step}"][aria-current="step"]`).waitFor();
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

/** Chooses a command of a menu. */
export async function choose(page: Page, menu: string, item: string): Promise<void> {
  await page.getByRole("button", { name: menu, exact: true }).click();
  await page.getByRole("menuitem", { name: item }).click();
}

/** Where a card stands on the canvas. */
export function place(card: Locator): Promise<string> {
  return card.evaluate((element) => (element as HTMLElement).style.transform);
}
