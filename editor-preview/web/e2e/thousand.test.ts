import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { startBrowser } from "./browser";
import { emptyPlace, keepDraft } from "./graph";
import { type Server, startServer } from "./server";
import { BOTS, shot, studio as open } from "./stories";

let server: Server;
let browser: Browser;

beforeAll(async () => {
  [server, browser] = await Promise.all([startServer(BOTS), startBrowser()]);
});
afterAll(async () => {
  await browser?.close();
  await server?.stop();
});

describe("a bot with a thousand steps", () => {
  const BUDGET = { usable: 5_000, frame: 50 };

  /**
   * Opens it and pans: how long it takes until a card is there and `/` opens the add menu, and how long a frame takes in the middle. Both are
   * measured in the page, so that the time of the test's own messages does not count.
   */
  async function measure(): Promise<{ usable: number; frame: number; page: Page; wrong: string[] }> {
    const { page, wrong } = await open(browser, server, "/bots", {});
    await page.goto("/bots/thousand", { waitUntil: "commit" });
    const usable = await page.evaluate(async () => {
      const seek = async (selector: string): Promise<HTMLElement> => {
        for (;;) {
          const found = document.querySelector<HTMLElement>(selector);
          if (found && found.getBoundingClientRect().width > 0) {
            return found;
          }
          await new Promise(requestAnimationFrame);
        }
      };
      const first = await seek(".react-flow__node");
      first.focus();
      first.dispatchEvent(new KeyboardEvent("keydown", { key: "/", code: "Slash", bubbles: true, cancelable: true }));
      await seek("dialog [data-autofocus]");
      // Since the address was asked for.
      return performance.now();
    });
    await page.keyboard.press("Escape");
    await page.getByRole("dialog").waitFor({ state: "detached" });

    const from = await emptyPlace(page);
    const before = await page.locator(".react-flow__viewport").getAttribute("style");
    await page.evaluate(() => {
      const took: number[] = [];
      let before = performance.now();
      const tick = (now: number) => {
        took.push(now - before);
        before = now;
        requestAnimationFrame(tick);
      };
      requestAnimationFrame(tick);
      Object.assign(window, { took });
    });
    await page.mouse.move(from.x, from.y);
    await page.mouse.down();
    for (let move = 1; move <= 120; move += 1) {
      await page.mouse.move(from.x - 3 * move, from.y - 3 * move);
    }
    const frames = await page.evaluate(() => (window as unknown as { took: number[] }).took);
    await page.mouse.up();
    const sorted = frames.slice(1).toSorted((one, other) => one - other);
    expect(await page.locator(".react-flow__viewport").getAttribute("style")).not.toBe(before);
    return { usable, frame: sorted[Math.floor(sorted.length / 2)]!, page, wrong };
  }

  test("can be used within its budget", async () => {
    await keepDraft(server, "thousand", JSON.stringify(thousandSteps()));
    let measured = await measure();
    if (measured.usable > BUDGET.usable || measured.frame > BUDGET.frame) {
      // Time is a budget here and not a behaviour: a machine that is busy with something else gets a second try.
      console.log(`first try: usable after ${Math.round(measured.usable)} ms, a frame in ${Math.round(measured.frame)} ms`);
      await measured.page.context().close();
      measured = await measure();
    }
    const { page, usable, frame, wrong } = measured;
    console.log(`1,000 steps: usable after ${Math.round(usable)} ms, a frame in ${Math.round(frame)} ms`);
    await shot(page, "thousand");
    await page.getByText(/1,000 steps are a lot for one canvas/).waitFor();
    await page.locator(".canvas").focus();
    await page.keyboard.press("1");
    await page.locator(".canvas.is-far").waitFor();
    await shot(page, "thousand-far");
    expect(await page.locator(".react-flow__minimap").count()).toBe(0);
    expect(wrong).toEqual([]);
    expect(usable).toBeLessThanOrEqual(BUDGET.usable);
    expect(frame).toBeLessThanOrEqual(BUDGET.frame);
  }, 180_000);
});

/** A valid bot of a thousand steps that are placed: menus that branch, questions, conditions and messages, in rows. */
function thousandSteps(): object {
  const id = (number: number) => `step_${number % 1_000}`;
  const steps = Array.from({ length: 1_000 }, (_, number) => {
    const next = id(number + 1);
    switch (number % 4) {
      case 0:
        return { type: "message", label: `Menu ${number}`, text: `What do you need? (${number})`, buttons: [{ id: "a", title: "Prices", goto: next }, { id: "b", title: "Hours", goto: id(number + 5) }, { id: "c", title: "A person", goto: id(number + 9) }] };
      case 1:
        return { type: "ask", text: `How many? (${number})`, expect: "integer", save: "vars.count", next };
      case 2:
        return { type: "condition", branches: [{ when: "vars.count > 10", goto: next, label: "Many" }], otherwise: id(number + 3) };
      default:
        return { type: "message", text: `Thank you. (${number})`, next };
    }
  });
  const places = steps.map((_, number) => [id(number), { x: 340 * (number % 25), y: 280 * Math.floor(number / 25) }]);
  return {
    format: 1,
    name: "A thousand steps",
    language: "en",
    variables: { count: { type: "integer", default: 0 } },
    triggers: [{ on: "message", any: true }],
    start: id(0),
    steps: Object.fromEntries(steps.map((step, number) => [id(number), step])),
    layout: { steps: Object.fromEntries(places) },
  };
}
