import { defineConfig } from "vitest/config";

/** Tests in a real browser, against a real server that each file starts for itself. */
export default defineConfig({
  test: {
    include: ["e2e/**/*.test.ts"],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    fileParallelism: false,
    // Browsers start slowly on a machine that has much to do; what is wrong stays wrong.
    expect: { poll: { timeout: 10_000 } },
  },
});
