import type { Page } from "playwright-core";
import { describe, expect, test } from "vitest";

import { emptyPlace, keepDraft } from "./graph";
import { BOTS, onStage, shot } from "./stories";

const stage = onStage(BOTS);

describe("a bot with a thousand steps", () => {
  const BUDGET = { usable: 5_000, frame: 50 };

  /**
   * Opens it, pans, and writes: how long it takes until a card is there and `/` opens the add menu, how long a frame takes while it moves, until a
   * step's fields are there, and from a key to the frame that shows it. All are measured in the page, so that the time of the test's own
   * messages does not count; of what happens often the one in the middle counts. The form and the keys have no budget: they are told.
   */
  async function measure(): Promise<{ took: Record<keyof typeof BUDGET | "form" | "key", number>; page: Page; wrong: string[] }> {
    const { page, wrong } = await stage.open("/bots", {});
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
    expect(await page.locator(".react-flow__viewport").getAttribute("style")).not.toBe(before);

    const form = await page.evaluate(async () => {
      // The canvas takes the next click for the end of the drag, until a timer of its own, which comes before this one.
      await new Promise((resolve) => setTimeout(resolve));
      const begin = performance.now();
      const isOpen = () => [...document.querySelectorAll<HTMLTextAreaElement>(".inspector textarea")].some(({ value }) => value === "What do you need? (4)");
      [...document.querySelectorAll<HTMLElement>('[role="treeitem"]')].find(({ textContent }) => textContent === "Menu 4")!.click();
      while (!isOpen()) {
        if (performance.now() - begin > 10_000) {
          throw new Error("the step's form did not open");
        }
        await new Promise(requestAnimationFrame);
      }
      return performance.now() - begin;
    });
    await page.locator(".inspector textarea").first().focus();
    await page.evaluate(() => {
      const keys: number[] = [];
      addEventListener(
        "keydown",
        () => {
          const begin = performance.now();
          // Behind the frame that comes next.
          requestAnimationFrame(() => setTimeout(() => keys.push(performance.now() - begin)));
        },
        true,
      );
      Object.assign(window, { keys });
    });
    // As fast as people write; the bot is checked and saved meanwhile.
    await page.keyboard.type("How can we help you today?", { delay: 120 });
    const keys = await page.evaluate(() => (window as unknown as { keys: number[] }).keys);
    expect(await page.locator(".inspector textarea").first().inputValue()).toContain("How can we help you today?");
    return { took: { usable, frame: median(frames.slice(1)), form, key: median(keys) }, page, wrong };
  }

  const isOver = (took: Record<keyof typeof BUDGET, number>) => Object.entries(BUDGET).some(([what, budget]) => took[what as keyof typeof BUDGET] > budget);
  const inWords = (took: Record<string, number>) => Object.entries(took).map(([what, ms]) => `${what} ${Math.round(ms)} ms`).join(", ");

  test("can be used within its budget", async () => {
    await keepDraft(stage.server, "thousand", thousandSteps());
    let measured = await measure();
    if (isOver(measured.took)) {
      // Time is a budget here and not a behaviour: a machine that is busy with something else gets a second try.
      console.log(`first try: ${inWords(measured.took)}`);
      await measured.page.context().close();
      measured = await measure();
    }
    const { page, took, wrong } = measured;
    console.log(`1,000 steps: ${inWords(took)}`);
    await shot(page, "thousand");
    await page.getByText(/1,000 steps are a lot for one canvas/).waitFor();
    await page.locator(".canvas").focus();
    await page.keyboard.press("1");
    await page.locator(".canvas.is-far").waitFor();
    await shot(page, "thousand-far");
    expect(await page.locator(".react-flow__minimap").count()).toBe(0);
    expect(wrong).toEqual([]);
    expect(isOver(took), inWords(took)).toBe(false);
  }, 180_000);
});

function median(values: readonly number[]): number {
  return values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)] ?? NaN;
}

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
