import { readFile } from "node:fs/promises";
import { join } from "node:path";

import type { Browser, Locator, Page } from "playwright-core";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";

import { startBrowser, violations } from "./browser";
import { type Server, startServer } from "./server";
import { BOTS, shot, studio as open } from "./stories";

type Draft = { steps: Record<string, Record<string, unknown>>; layout?: { steps?: Record<string, { x: number; y: number }>; notes?: Record<string, unknown>[]; groups?: Record<string, unknown>[] }; translations?: Record<string, unknown> };

let server: Server;
let browser: Browser;

beforeAll(async () => {
  [server, browser] = await Promise.all([startServer(BOTS), startBrowser()]);
});
beforeEach(async () => {
  // Each story begins with the bot as it is in its file.
  await keep("cafe", await readFile(join(BOTS, "cafe.json"), "utf8"));
});
afterAll(async () => {
  await browser?.close();
  await server?.stop();
});

async function keep(bot: string, document: string): Promise<void> {
  const saved = await fetch(`${server.url}/api/v1/bots/${bot}/draft`, { method: "PUT", headers: { "content-type": "application/json" }, body: document });
  expect(saved.status).toBe(200);
}

/** The draft as the server keeps it. */
async function draft(bot = "cafe"): Promise<Draft> {
  const answer = await fetch(`${server.url}/api/v1/bots/${bot}`);
  const detail = (await answer.json()) as { draft: { document: Draft } | null; document: Draft | null };
  return (detail.draft?.document ?? detail.document)!;
}

/** The café's bot in the editor, all of it in sight. */
async function cafe(options: Parameters<typeof open>[3] = {}): Promise<{ page: Page; wrong: string[] }> {
  const opened = await open(browser, server, "/bots/cafe", { viewport: { width: 2200, height: 1100 }, ...options });
  await expect.poll(() => opened.page.locator(".react-flow__edge").count()).toBe(14);
  await expect.poll(() => opened.page.locator(".react-flow__viewport").getAttribute("style")).not.toContain("translate(0px, 0px) scale(1)");
  return opened;
}

const card = (page: Page, id: string): Locator => page.locator(`.react-flow__node[data-id="${id}"]`);
const edge = (page: Page, id: string): Locator => page.locator(`.react-flow__edge[data-id="${id}"]`);
const port = (page: Page, step: string, outcome: string): Locator => page.locator(`[data-nodeid="${step}"][data-handleid="${outcome}"]`);
const undo = (page: Page): Promise<void> => page.getByRole("button", { name: "Undo" }).click();
/** Nothing was done yet, or all of it was undone. */
const nothingToUndo = async (page: Page): Promise<void> => expect.poll(() => page.getByRole("button", { name: "Undo" }).isDisabled()).toBe(true).then(() => {});
const saved = (page: Page): Promise<void> => page.getByText("Saved", { exact: false }).first().waitFor();
const item = (page: Page, name: string): Locator => page.getByRole("menu").getByRole("menuitem", { name, exact: true });

interface Point {
  x: number;
  y: number;
}

async function center(target: Locator): Promise<Point> {
  const box = (await target.boundingBox())!;
  return { x: box.x + box.width / 2, y: box.y + box.height / 2 };
}

/** A place on the canvas with nothing at it or near it. */
async function emptyPlace(page: Page): Promise<Point> {
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

async function drag(page: Page, from: Point, to: Point): Promise<void> {
  await page.mouse.move(from.x, from.y);
  await page.mouse.down();
  await page.mouse.move(to.x, to.y, { steps: 8 });
  await page.mouse.up();
}

/** Selects a step, with the focus on its card. */
async function choose(page: Page, id: string): Promise<void> {
  await card(page, id).locator(".card-head").click();
  await card(page, id).and(page.locator(".selected")).waitFor();
  await card(page, id).focus();
}

describe("ways", () => {
  test("a port that is dragged to nothing asks for a step there, which it leads to", async () => {
    const { page, wrong } = await cafe();
    const at = await emptyPlace(page);
    await drag(page, await center(port(page, "bye", "next")), at);
    const dialog = page.getByRole("dialog", { name: "Add step" });
    await dialog.waitFor();
    const box = (await dialog.boundingBox())!;
    expect([Math.abs(box.x - at.x) < 2 || box.x < at.x, box.y <= at.y + 2]).toEqual([true, true]);
    await shot(page, "canvas-add");
    await dialog.getByRole("option", { name: /^Message/ }).click();
    await edge(page, "bye next").waitFor({ state: "attached" });
    const made = (await card(page, "message").boundingBox())!;
    expect([Math.abs(made.x - at.x) < 3, Math.abs(made.y - at.y) < 3]).toEqual([true, true]);
    await undo(page);
    await expect.poll(() => page.locator(".react-flow__edge").count()).toBe(14);
    await nothingToUndo(page);
    expect(wrong).toEqual([]);
  });

  test("the plus beside a port does the same, and one on the way of another puts a step between", async () => {
    const { page, wrong } = await cafe();
    await card(page, "bye").hover();
    await card(page, "bye").getByRole("button", { name: /Add a step after/ }).first().click();
    await page.getByRole("dialog").getByRole("option", { name: /^Hand off|^Handoff|^Hand/ }).first().click();
    await edge(page, "bye next").waitFor({ state: "attached" });
    await undo(page);
    await nothingToUndo(page);

    await edge(page, "hours next").locator(".react-flow__edge-interaction").click({ force: true });
    await page.locator('.react-flow__edge[data-id="hours next"].is-chosen').waitFor({ state: "attached" });
    await page.keyboard.press("/");
    await page.getByRole("dialog", { name: "Add step" }).waitFor();
    await page.keyboard.type("mess");
    await page.keyboard.press("Enter");
    await edge(page, "hours next").waitFor({ state: "attached" });
    await edge(page, "message next").waitFor({ state: "attached" });
    await saved(page);
    await expect.poll(async () => (await draft()).steps.message?.next).toBe("bye");
    expect((await draft()).steps.hours!.next).toBe("message");
    await undo(page);
    await nothingToUndo(page);
    expect(wrong).toEqual([]);
  });

  test("dropped on a card a way leads there, an edge's end goes elsewhere, and a card on an edge comes between", async () => {
    const { page, wrong } = await cafe();
    await drag(page, await center(port(page, "bye", "next")), await center(card(page, "welcome").locator(".card-summary")));
    await edge(page, "bye next").waitFor({ state: "attached" });
    await undo(page);
    await nothingToUndo(page);

    // Several edges end at that port: the chosen one is taken hold of.
    const pick = async () => {
      await edge(page, "hours next").locator(".react-flow__edge-interaction").click({ force: true });
      await page.locator('.react-flow__edge[data-id="hours next"].is-chosen').waitFor({ state: "attached" });
    };
    await pick();
    // The end of the edge from the hours to the goodbye goes to the person.
    await drag(page, await center(edge(page, "hours next").locator(".react-flow__edgeupdater-target")), await center(card(page, "to_human").locator(".card-summary")));
    await saved(page);
    await expect.poll(async () => (await draft()).steps.hours!.next).toBe("to_human");
    await undo(page);
    await nothingToUndo(page);

    await pick();
    // And its beginning to another port.
    await drag(page, await center(edge(page, "hours next").locator(".react-flow__edgeupdater-source")), await center(port(page, "reminder", "next")));
    await expect.poll(async () => (await draft()).steps.reminder!.next).toBe("bye");
    expect((await draft()).steps.hours!.next).toBeUndefined();
    await undo(page);
    await nothingToUndo(page);

    const middle = await edge(page, "hours next").locator("path.react-flow__edge-path").evaluate((path: SVGPathElement) => {
      const at = path.getPointAtLength(path.getTotalLength() / 2).matrixTransform(path.getScreenCTM()!);
      return { x: at.x, y: at.y };
    });
    await drag(page, await center(card(page, "reminder").locator(".card-head")), middle);
    await edge(page, "reminder next").waitFor({ state: "attached" });
    await expect.poll(async () => (await draft()).steps.hours!.next).toBe("reminder");
    expect((await draft()).steps.reminder!.next).toBe("bye");
    await undo(page);
    await expect.poll(() => page.locator(".react-flow__edge").count()).toBe(14);
    await nothingToUndo(page);
    expect(wrong).toEqual([]);
  });
});

describe("menus", () => {
  test("a card, an edge, a note and the canvas each have theirs, by mouse and by keyboard", async () => {
    const { page, wrong } = await cafe();
    await card(page, "hours").locator(".card-head").click({ button: "right" });
    await page.getByRole("menu", { name: "Commands for the step" }).waitFor();
    await shot(page, "canvas-menu");
    expect(await page.evaluate(() => document.activeElement?.getAttribute("role"))).toBe("menuitem");
    await page.keyboard.press("Escape");
    await page.getByRole("menu").waitFor({ state: "detached" });

    await choose(page, "hours");
    await page.keyboard.press("Shift+F10");
    await page.getByRole("menu").waitFor();
    await page.keyboard.press("s");
    await page.keyboard.press("Enter");
    await page.getByRole("group", { name: "Horarios, Message, skipped" }).waitFor();
    // The focus is where it was, so that the next key is for the card again.
    await page.keyboard.press("d");
    await page.getByRole("group", { name: "Horarios, Message", exact: true }).waitFor();
    await undo(page);
    await undo(page);
    await nothingToUndo(page);

    await edge(page, "hours next").locator(".react-flow__edge-interaction").click({ button: "right", force: true });
    await page.getByRole("menu", { name: "Commands for the connection" }).waitFor();
    await item(page, "Disconnect").click();
    await expect.poll(() => page.locator(".react-flow__edge").count()).toBe(13);
    await undo(page);
    await expect.poll(() => page.locator(".react-flow__edge").count()).toBe(14);

    const at = await emptyPlace(page);
    await page.mouse.click(at.x, at.y, { button: "right" });
    await page.getByRole("menu", { name: "Commands for the canvas" }).waitFor();
    expect(await violations(page)).toEqual([]);
    await item(page, "Add note").click();
    await page.getByRole("textbox", { name: "Words of the note" }).fill("Ask Marta about the prices.");
    await page.keyboard.press("Escape");
    const note = page.getByRole("group", { name: "Note: Ask Marta about the prices." });
    await note.waitFor();
    await page.keyboard.press("Shift+F10");
    await page.getByRole("menu", { name: "Commands for the note" }).waitFor();
    await item(page, "Blue").click();
    await page.locator('.canvas-note[data-color="blue"]').waitFor();
    await undo(page);
    await undo(page);
    await note.waitFor({ state: "detached" });
    await nothingToUndo(page);
    expect(wrong).toEqual([]);
  });
});

describe("the clipboard", () => {
  test("two steps go into another bot with what lies between them, and get ids of their own", async () => {
    await keep("other", JSON.stringify({ format: 1, name: "Other", language: "es", triggers: [{ on: "message", any: true }], start: "hours", steps: { hours: { type: "message", text: "Hola" } } }));
    const { page, wrong } = await cafe();
    const inserted = await draft();
    await keep("cafe", JSON.stringify({ ...inserted, translations: { en: { "hours.text": "Open from 8 to 20." } } }));
    await page.reload();
    await expect.poll(() => page.locator(".react-flow__edge").count()).toBe(14);
    await choose(page, "hours");
    await page.keyboard.down("Shift");
    await card(page, "bye").locator(".card-head").click();
    await page.keyboard.up("Shift");
    await expect.poll(() => page.locator(".react-flow__node.selected").count()).toBe(2);
    await page.keyboard.press("Control+c");
    await page.getByText("2 steps copied.").waitFor();

    await page.goto("/bots/other");
    await card(page, "hours").waitFor();
    await page.mouse.move(700, 1050);
    await choose(page, "hours");
    await page.keyboard.press("Control+v");
    await card(page, "hours_2").waitFor();
    await card(page, "bye").waitFor();
    await edge(page, "hours_2 next").waitFor({ state: "attached" });
    await saved(page);
    await expect.poll(async () => Object.keys((await draft("other")).steps)).toEqual(["hours", "hours_2", "bye"]);
    const other = await draft("other");
    expect(other.steps.hours_2!.next).toBe("bye");
    expect(other.translations).toEqual({ en: { "hours_2.text": "Open from 8 to 20." } });
    expect(Object.keys(other.layout!.steps!).sort()).toEqual(["bye", "hours", "hours_2"]);
    await undo(page);
    await card(page, "hours_2").waitFor({ state: "detached" });
    await nothingToUndo(page);
    expect(wrong).toEqual([]);
  });

  test("cutting, doubling, one step as plain JSON, and a text that is no step", async () => {
    const { page, wrong } = await cafe();
    await choose(page, "reminder");
    await page.keyboard.press("Control+d");
    await card(page, "reminder_2").waitFor();
    await page.keyboard.press("Control+x");
    await card(page, "reminder_2").waitFor({ state: "detached" });
    // The canvas still has the focus.
    await page.keyboard.press("Control+v");
    await card(page, "reminder_2").waitFor();
    for (let entries = 0; entries < 3; entries += 1) {
      await page.keyboard.press("Control+z");
    }
    await nothingToUndo(page);

    const paste = (text: string) =>
      page.evaluate((given) => {
        const clipboardData = new DataTransfer();
        clipboardData.setData("text/plain", given);
        document.activeElement!.dispatchEvent(new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true }));
      }, text);
    await choose(page, "reminder");
    await paste('{"type": "stop", "next": "nowhere"}');
    await card(page, "stop").waitFor();
    await paste("No JSON at all");
    await page.getByText("What you copied holds no steps").waitFor();
    await undo(page);
    await nothingToUndo(page);
    expect(wrong).toEqual([]);
  });
});
