/** Words for stories about the canvas: what stands on it, and what is done to it with the pointer. */
import type { Locator, Page } from "playwright-core";
import { expect } from "vitest";

import type { Server } from "./server";

/** What a story looks at of a bot. */
export interface Draft {
  steps: Record<string, Record<string, unknown>>;
  layout?: { steps?: Record<string, { x: number; y: number }>; notes?: Record<string, unknown>[]; groups?: Record<string, unknown>[] };
  translations?: Record<string, unknown>;
}

/** Keeps a document, or the text of one, as a bot's draft. */
export async function keepDraft(server: Server, bot: string, document: string | object): Promise<void> {
  const body = typeof document === "string" ? document : JSON.stringify(document);
  const saved = await fetch(`${server.url}/api/v1/bots/${bot}/draft`, { method: "PUT", headers: { "content-type": "application/json" }, body });
  expect(saved.status).toBe(200);
}

/** The draft as the server keeps it. */
export async function draftOf(server: Server, bot: string): Promise<Draft> {
  const answer = await fetch(`${server.url}/api/v1/bots/${bot}`);
  const detail = (await answer.json()) as { draft: { document: Draft } | null; document: Draft | null };
  return (detail.draft?.document ?? detail.document)!;
}

export const card = (page: Page, id: string): Locator => page.locator(`.react-flow__node[data-id="${id}"]`);
export const edge = (page: Page, id: string): Locator => page.locator(`.react-flow__edge[data-id="${id}"]`);
export const port = (page: Page, step: string, outcome: string): Locator => page.locator(`[data-nodeid="${step}"][data-handleid="${outcome}"]`);
export const undo = (page: Page): Promise<void> => page.getByRole("button", { name: "Undo" }).click();
/** Nothing was done yet, or all of it was undone. */
export const nothingToUndo = async (page: Page): Promise<void> => expect.poll(() => page.getByRole("button", { name: "Undo" }).isDisabled()).toBe(true).then(() => {});
/** Waits until what was done last is kept: until then the bar says that it is not. */
export const saved = (page: Page): Promise<void> => page.getByRole("status").filter({ hasText: /^Saved/ }).waitFor();
export const item = (page: Page, name: string): Locator => page.getByRole("menu").getByRole("menuitem", { name, exact: true });

export interface Point {
  x: number;
  y: number;
}

export async function center(target: Locator): Promise<Point> {
  const box = (await target.boundingBox())!;
  return { x: box.x + box.width / 2, y: box.y + box.height / 2 };
}

/** A place on the canvas with nothing at it or near it. */
export async function emptyPlace(page: Page): Promise<Point> {
  const found = await page.evaluate(() => {
    const { left, top, right, bottom } = document.querySelector(".react-flow__pane")!.getBoundingClientRect();
    for (let y = bottom - 280; y > top + 60; y -= 20) {
      for (let x = left + 70; x < right - 300; x += 20) {
        const around = [-40, 0, 40].flatMap((dx) => [-30, 0, 30].map((dy) => document.elementFromPoint(x + dx, y + dy)));
        if (around.every((element) => element?.classList.contains("react-flow__pane"))) {
          return { x, y };
        }
      }
    }
    return null;
  });
  return found!;
}

export async function drag(page: Page, from: Point, to: Point): Promise<void> {
  await page.mouse.move(from.x, from.y);
  await page.mouse.down();
  await page.mouse.move(to.x, to.y, { steps: 8 });
  await page.mouse.up();
}

/** Selects a step, with the focus on its card. */
export async function choose(page: Page, id: string): Promise<void> {
  await card(page, id).locator(".card-head").click();
  await card(page, id).and(page.locator(".selected")).waitFor();
  await card(page, id).focus();
}
