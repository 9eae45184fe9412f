import { defineConfig } from "vitest/config";

/** What is measured: alone, when all stories are told. */
const MEASURED = "e2e/thousand.test.ts";

const shared = {
  testTimeout: 60_000,
  hookTimeout: 60_000,
  // Browsers start slowly on a machine that has much to do; what is wrong stays wrong.
  expect: { poll: { timeout: 10_000 } },
};

/** Tests in a real browser, against a real server that each file starts for itself. Browsers wait more than they work, so two files go on at a time. */
export default defineConfig({
  test: {
    maxWorkers: 2,
    projects: [
      { test: { ...shared, name: "stories", include: ["e2e/**/*.test.ts"], exclude: [MEASURED], sequence: { groupOrder: 0 } } },
      { test: { ...shared, name: "measured", include: [MEASURED], sequence: { groupOrder: 1 } } },
    ],
  },
});
