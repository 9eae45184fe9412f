import { spawn } from "node:child_process";

import { expect, test } from "vitest";

import { openPage, startBrowser } from "./browser";
import { end, freePort, startServer } from "./server";
import { BOTS, says, send } from "./stories";

const TOKEN = "a-token-of-the-tests-0123456789";

test("the studio of the sources works with a server: signing in, saving, a preview, and what happens meanwhile", { timeout: 120_000 }, async () => {
  const port = await freePort();
  const [server, browser] = await Promise.all([startServer({ bots: BOTS, env: { SALESBOT_API_TOKEN: TOKEN } }), startBrowser()]);
  const { PATH = "" } = process.env;
  const vite = spawn(process.execPath, ["node_modules/vite/bin/vite.js", "--port", String(port), "--strictPort"], { env: { PATH, SALESBOT_URL: server.url }, stdio: "ignore" });
  try {
    const url = `http://localhost:${port}`;
    await expect.poll(() => fetch(`${url}/bots`).then(({ status }) => status, () => 0), { timeout: 30_000 }).toBe(200);
    const { page } = await openPage(browser, url);
    await page.goto("/bots");
    await page.getByLabel("Token").fill(TOKEN);
    await page.keyboard.press("Enter");
    await page.getByRole("link", { name: "Café de la esquina" }).click();
    await page.getByRole("treeitem", { name: "Gracias" }).click();
    await page.getByLabel("Text", { exact: true }).fill("¡Mil gracias!");
    await page.getByText(/^Saved/).waitFor();
    await page.getByRole("tab", { name: "Preview" }).click();
    await send(page, "hola");
    await says(page, /Qué necesitas/);

    await page.getByRole("link", { name: "Sessions" }).click();
    await page.getByRole("heading", { name: "No sessions yet" }).waitFor();
    const headers = { "content-type": "application/json", authorization: `Bearer ${TOKEN}` };
    const said = await fetch(`${server.url}/api/v1/sandbox/messages`, { method: "POST", headers, body: JSON.stringify({ from: "+573001234567", name: "Ana", text: "hola" }) });
    expect(said.status).toBe(200);
    await page.getByRole("link", { name: "Ana" }).waitFor();
  } finally {
    await Promise.all([end(vite), browser.close(), server.stop()]);
  }
});
