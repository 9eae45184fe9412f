import { expect, test } from "vitest";

import { localTime, momentOf } from "./zones";

test("a moment is shown by the clocks of the zone, and found again", () => {
  for (const [moment, zone, local] of [
    ["2026-03-02T13:00:00.000Z", "America/Sao_Paulo", "2026-03-02T10:00"],
    ["2026-03-02T23:30:00.000Z", "Asia/Kolkata", "2026-03-03T05:00"],
    ["2026-07-01T00:00:00.000Z", "UTC", "2026-07-01T00:00"],
    // Around the hour that Madrid's clocks skip, and the one that they go through twice.
    ["2026-03-29T00:30:00.000Z", "Europe/Madrid", "2026-03-29T01:30"],
    ["2026-03-29T01:30:00.000Z", "Europe/Madrid", "2026-03-29T03:30"],
    ["2026-10-24T23:30:00.000Z", "Europe/Madrid", "2026-10-25T01:30"],
    ["2026-10-25T02:30:00.000Z", "Europe/Madrid", "2026-10-25T03:30"],
  ] as const) {
    expect([zone, localTime(moment, zone)]).toEqual([zone, local]);
    expect([zone, momentOf(local, zone)]).toEqual([zone, moment]);
  }
});
