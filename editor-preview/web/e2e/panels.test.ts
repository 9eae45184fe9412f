import { describe, expect, test } from "vitest";

import { violations } from "./browser";
import { center, drag } from "./graph";
import { BOTS, onStage, shot } from "./stories";

const stage = onStage(BOTS);

describe("panels", () => {
  test("are made larger by keys and by dragging, which a reload keeps; the outline closes", async () => {
    const { page, wrong } = await stage.open("/bots/cafe");
    const splitter = page.getByRole("separator", { name: "Width of the outline" });
    const width = async (selector: string) => Math.round((await page.locator(selector).boundingBox())!.width);
    const before = await width(".outline");
    await splitter.focus();
    await page.keyboard.press("ArrowRight");
    await page.keyboard.press("ArrowRight");
    await expect.poll(() => width(".outline")).toBe(before + 32);
    expect(await splitter.getAttribute("aria-valuenow")).toBe(String(before + 32));
    const side = page.getByRole("separator", { name: "Width of the side panel" });
    const sideBefore = await width(".side-panel");
    const at = await center(side);
    await drag(page, at, { x: at.x - 90, y: at.y });
    await expect.poll(() => width(".side-panel")).toBe(sideBefore + 90);
    await page.reload();
    await expect.poll(() => width(".side-panel")).toBe(sideBefore + 90);
    expect(await width(".outline")).toBe(before + 32);
    await page.getByRole("button", { name: "Hide the outline" }).click();
    await page.locator(".outline-tree").waitFor({ state: "detached" });
    expect(await page.evaluate(() => document.activeElement?.getAttribute("aria-label"))).toBe("Show the outline");
    expect(await violations(page)).toEqual([]);
    expect(wrong).toEqual([]);
  });

  for (const [width, height, zoom] of [[1920, 1080, 1], [1440, 900, 1], [1280, 800, 1], [1024, 768, 1], [1440, 900, 2], [800, 1000, 1]] as const) {
    test(`at ${width} × ${height}${zoom === 1 ? "" : ", twice as large,"} nothing lies over anything else`, async () => {
      // A page at twice its size has half the room.
      const { page, wrong } = await stage.open("/bots/cafe", { viewport: { width: width / zoom, height: height / zoom }, deviceScaleFactor: zoom });
      await page.getByRole("tab").first().waitFor();
      await page.locator("#problems > summary").click();
      const boxes = await page.evaluate(() =>
        [".top-bar", ".outline, .outline-shown", ".canvas", ".side-panel", ".problems"].flatMap((selector) => {
          const { x, y, width, height } = document.querySelector(selector)!.getBoundingClientRect();
          return width * height > 0 ? [{ selector, x, y, right: x + width, bottom: y + height }] : [];
        }),
      );
      const over = boxes.flatMap((one, index) =>
        boxes.slice(index + 1).filter((other) => one.x < other.right - 1 && other.x < one.right - 1 && one.y < other.bottom - 1 && other.y < one.bottom - 1).map((other) => `${one.selector} ${other.selector}`),
      );
      expect(over).toEqual([]);
      expect(boxes.every(({ right, bottom }) => right <= width / zoom + 1 && bottom <= height / zoom + 1)).toBe(true);
      expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true);
      await shot(page, `panels-${width}-${zoom}`);
      expect(wrong).toEqual([]);
    });
  }

  test("from 1024 on the top bar is one row, with the longest words", async () => {
    const { page, wrong } = await stage.open("/bots/cafe", { locale: "pt-BR" });
    await page.getByRole("textbox", { name: "Nome do bot" }).fill("Café de la esquina de la calle de los abuelos");
    await page.getByText("Rascunho · publicada: v1").waitFor();
    const saved = page.getByRole("status").filter({ hasText: /^Salvo \d/ });
    await saved.waitFor();
    const bar = page.locator(".top-bar");
    for (const width of [1024, 1280]) {
      await page.setViewportSize({ width, height: 768 });
      const rows = await bar.evaluate((element) => {
        const boxes = [...element.children].map((child) => child.getBoundingClientRect());
        return { isOne: boxes.every(({ top, bottom }) => boxes.every((other) => top < other.bottom && other.top < bottom)), fits: element.scrollWidth <= element.clientWidth };
      });
      expect([width, rows]).toEqual([width, { isOne: true, fits: true }]);
      expect(await saved.evaluate((element) => element.scrollWidth <= element.clientWidth)).toBe(true);
    }
    // What has no word to see has its name.
    await bar.getByRole("button", { name: "Organizar" }).waitFor();
    expect(wrong).toEqual([]);
  });
});
