// @vitest-environment jsdom
import { beforeEach, expect, test } from "vitest";

import { keepSizes, keptSizes, LIMITS, within } from "./sizes";

beforeEach(() => localStorage.clear());

test("sizes are kept, and what was never set is as usual", () => {
  expect(keptSizes()).toEqual({ outline: LIMITS.outline.usual, side: LIMITS.side.usual, problems: LIMITS.problems.usual });
  keepSizes({ outline: 300, side: 400, problems: 120 });
  expect(keptSizes()).toEqual({ outline: 300, side: 400, problems: 120 });
});

test("a size stays within its limits, whatever was kept", () => {
  expect([within("outline", 1), within("outline", 9_999), within("outline", "wide"), within("outline", 200.4)]).toEqual([160, 480, 236, 200]);
  localStorage.setItem("salesbot.panels", "no JSON");
  expect(keptSizes().side).toBe(LIMITS.side.usual);
});
