import { defineConfig } from "vitest/config";

/** Not tests, but stories that leave pictures: `npm run pictures`. */
export default defineConfig({
  test: {
    include: ["e2e/pictures/*.pictures.ts"],
    testTimeout: 120_000,
    hookTimeout: 60_000,
    fileParallelism: false,
    expect: { poll: { timeout: 10_000 } },
  },
});
