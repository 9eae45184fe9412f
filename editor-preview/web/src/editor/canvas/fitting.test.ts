import { expect, test } from "vitest";

import { fitted, leastScale, PADDING, READABLE } from "./fitting";

const canvas = { width: 800, height: 600 };

test("all is shown in the middle, and never larger than it is", () => {
  expect(fitted({ x: 100, y: 50, width: 400, height: 300 }, canvas, READABLE, undefined)).toEqual({ x: 100, y: 100, zoom: 1 });
  const { x, y, zoom } = fitted({ x: 0, y: 0, width: 1_600, height: 300 }, canvas, READABLE, undefined);
  expect([zoom, x, y]).toEqual([expect.closeTo(0.47), expect.closeTo(24), expect.closeTo(300 - 150 * 0.47)]);
});

test("a bot of few steps that is too large to be read as a whole is shown from its start", () => {
  const bounds = { x: -100, y: 0, width: 4_000, height: 4_000 };
  const { x, y, zoom } = fitted(bounds, canvas, leastScale(20), { x: -100, y: 2_000 });
  expect([zoom, x + bounds.x * zoom]).toEqual([READABLE, canvas.width * PADDING]);
  expect(y + 2_000 * zoom).toBe(200);
  // At the upper and at the lower end there is no empty room.
  expect(fitted(bounds, canvas, READABLE, { x: 0, y: 0 }).y).toBe(canvas.height * PADDING);
  expect(fitted(bounds, canvas, READABLE, { x: 0, y: 3_900 }).y + 4_000 * READABLE).toBe(canvas.height * (1 - PADDING));
});

test("of a larger bot all is shown", () => {
  expect(fitted({ x: 0, y: 0, width: 8_000, height: 100 }, canvas, leastScale(21), undefined).zoom).toBeCloseTo(0.094);
});
