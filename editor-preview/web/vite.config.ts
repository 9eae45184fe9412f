import { lingui } from "@lingui/vite-plugin";
import { defineConfig } from "vitest/config";

/** The server that `npm run dev` shows the studio of. */
const SERVER = process.env.SALESBOT_URL ?? "http://127.0.0.1:8080";

/** Requests go on to the server as the browser made them: it takes writes from pages of its own host alone. */
const toServer = { target: SERVER, changeOrigin: false };

export default defineConfig(({ command }) => ({
  plugins: [lingui()],
  // The server answers under this path with the files that were built; the pages have none, and so have they here.
  base: command === "build" ? "/studio/" : "/",
  build: {
    target: "es2023",
    // The studio's policy allows files of its own origin alone: nothing is written into the page or the style.
    assetsInlineLimit: 0,
    // All browsers of the target know what is to be loaded early.
    modulePreload: { polyfill: false },
    // Which file imports which: `npm run budget` counts by it.
    manifest: true,
    rolldownOptions: {
      onLog(level, log, report) {
        // Packages mark code for browsers, which is all that there is here.
        if (log.code !== "MODULE_LEVEL_DIRECTIVE") {
          report(level, log);
        }
      },
    },
  },
  worker: { format: "es" },
  server: {
    proxy: {
      "/api": toServer,
      "/assets/chat.css": toServer,
    },
  },
  test: {
    include: ["src/**/*.test.{ts,tsx}"],
    // A document takes longer to set up than most tests run: those that need one say so in their first line.
    environment: "node",
    // A busy machine takes long to begin; what hangs is told all the same.
    testTimeout: 30_000,
  },
}));
