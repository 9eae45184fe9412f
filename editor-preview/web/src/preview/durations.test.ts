import { expect, test } from "vitest";

import { clockTime, durationUntil, secondsBetween } from "./durations";

test("the time to a moment is never short of it", () => {
  expect(durationUntil("2026-03-02T10:00:00.200Z", "2026-03-02T12:00:00.500Z")).toBe("7201s");
  expect(secondsBetween("2026-03-02T10:00:00Z", "2026-03-02T09:00:00Z")).toBe(0);
  expect(clockTime(85_267)).toBe("23:41:07");
});
