import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { readFile } from "node:fs/promises";

import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";

/** Debian's browser, unless `CHROMIUM` names another one: the one that never has a window, where it is, for it takes half the time. */
const CHROMIUM = process.env.CHROMIUM ?? ["/usr/bin/chromium-headless-shell", "/usr/bin/chromium"].find(existsSync);

export function startBrowser(...more: string[]): Promise<Browser> {
  const args = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", ...more];
  if (!CHROMIUM) {
    throw new Error("there is no browser: install Chromium (Debian: apt install chromium-headless-shell), or name one in CHROMIUM");
  }
  return chromium.launch({ executablePath: CHROMIUM, headless: true, args });
}

/** A page of the studio, with what went wrong in it: messages of its console, and requests to anybody else. */
export async function openPage(browser: Browser, url: string, options: BrowserContextOptions = {}): Promise<{ page: Page; wrong: string[] }> {
  const context = await browser.newContext({ baseURL: url, locale: "en-US", viewport: { width: 1440, height: 900 }, ...options });
  const page = await context.newPage();
  const wrong: string[] = [];
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) {
      wrong.push(message.text());
    }
  });
  page.on("pageerror", (error) => wrong.push(String(error)));
  page.on("request", (request) => {
    if (new URL(request.url()).origin !== url && !request.url().startsWith("data:")) {
      wrong.push(`asked ${request.url()}`);
    }
  });
  return { page, wrong };
}

/** What axe finds against WCAG 2.2 AA, in words. */
export async function violations(page: Page): Promise<string[]> {
  await page.evaluate(await axe);
  const found: { id: string; nodes: { target: unknown[]; failureSummary?: string }[] }[] = await page.evaluate(async () => {
    const tags = ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"];
    const { axe } = window as unknown as { axe: { run: (options: object) => Promise<{ violations: never[] }> } };
    return (await axe.run({ runOnly: { type: "tag", values: tags } })).violations;
  });
  return found.flatMap(({ id, nodes }) => nodes.map(({ target, failureSummary }) => `${id}: ${target.join(" ")}: ${failureSummary ?? ""}`));
}

const axe = readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
