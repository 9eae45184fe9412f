/** Bots are published, their sessions are replayed, and everybody can use all of it. */
import { readFile } from "node:fs/promises";

import { expect } from "vitest";

import { violations } from "../browser";
import { draftOf } from "../graph";
import { call, onServer, says, studio as open } from "../stories";
import { item, type Json, promise, shop, stage, steps, STEPS, tienda } from "./shop";

promise(21, "publishing shows the difference and makes v2, a session stays on v1, and v1 comes back as the draft", () =>
  onServer(undefined, async (own) => {
    const v1 = await shop();
    await call(own, "POST", "bots/tienda/publish", { document: v1 });
    await call(own, "POST", "sandbox/messages", { from: "+573001112233", name: "Ana", text: "hola" });
    const { page, wrong } = await tienda(own);
    await item(page, "Pedido").click();
    await page.getByLabel("Text", { exact: true }).fill("Listo: {{ vars.count }}.");
    await page.getByRole("button", { name: "Publish" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByText("1 step changed").waitFor();
    await dialog.getByText("Pedido").first().waitFor();
    await dialog.getByRole("button", { name: "Publish" }).click();
    await dialog.getByText(/v2 is live/).waitFor();
    await dialog.getByRole("button", { name: "Close" }).click();
    const { sessions } = await call<{ sessions: Json[] }>(own, "GET", "sessions?state=open");
    expect(sessions).toMatchObject([{ bot: "tienda", number: 1 }]);
    await page.goto("/bots/tienda/versions");
    await page.getByRole("row", { name: /^v1/ }).getByRole("button", { name: /^Restore/ }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Restore" }).click();
    await page.waitForURL("**/bots/tienda");
    await steps(page, STEPS);
    expect(await draftOf(own, "tienda")).toEqual(v1);
    expect(wrong).toEqual([]);
  }),
);

promise(22, "the replay of a session walks the steps of its trace, on the version that ran", () =>
  onServer(undefined, async (own) => {
    await call(own, "POST", "bots/tienda/publish", { document: await shop() });
    for (const what of [{ text: "hola" }, { tap: "Tallas" }, { tap: "Talla 10" }, { text: "2" }]) {
      await call(own, "POST", "sandbox/messages", { from: "+573001112233", name: "Ana", ...what });
    }
    const v2 = await shop();
    await call(own, "POST", "bots/tienda/publish", { document: { ...v2, steps: { ...v2.steps, extra: { type: "stop" }, menu: { ...v2.steps.menu, text: "Otra cosa" } } } });
    const { sessions } = await call<{ sessions: { id: string }[] }>(own, "GET", "sessions");
    const { turns } = await call<{ turns: { trace: { what: string; step?: string }[] }[] }>(own, "GET", `sessions/${encodeURIComponent(sessions[0]!.id)}`);
    const walked = turns.flatMap(({ trace }) => trace.filter(({ what }) => what === "step").map(({ step }) => step));
    expect(walked).toEqual(["menu", "sizes", "kids", "count", "order", "bye"]);

    const { page, wrong } = await open(stage.browser, own, "/sessions");
    await page.getByRole("link", { name: "Ana" }).click();
    await steps(page, STEPS);
    await says(page, "¡Hola! ¿Qué buscas?");
    await page.getByRole("button", { name: "To the beginning" }).click();
    const slider = page.getByRole("slider");
    const last = Number(await slider.getAttribute("max"));
    const seen: (string | null)[] = [];
    for (let line = 1; line <= last; line += 1) {
      await page.getByRole("button", { name: "Step forward" }).click();
      await expect.poll(() => slider.inputValue()).toBe(String(line));
      const [at = null] = await page.locator('.react-flow__node[aria-current="step"]').evaluateAll((cards) => cards.map((one) => one.getAttribute("data-id")));
      if (at !== null && at !== seen.at(-1)) {
        seen.push(at);
      }
    }
    expect(seen).toEqual(walked);
    expect(wrong).toEqual([]);
  }),
);

promise(25, "axe finds nothing on any page, in both colors and all three languages, and no id of a text is read", async () => {
  const ids = [...(await readFile(new URL("../../src/i18n/locales/en.po", import.meta.url), "utf8")).matchAll(/^msgid "(.+)"$/gm)].map(([, id]) => id!);
  expect(ids.length).toBeGreaterThan(100);
  await call(stage.server, "POST", "bots/tienda/publish", { document: await shop() });
  await call(stage.server, "POST", "sandbox/messages", { from: "+573001112233", name: "Ana", text: "hola" });
  const { sessions } = await call<{ sessions: { id: string }[] }>(stage.server, "GET", "sessions");
  const pages = ["/bots", "/bots/tienda", "/bots/tienda/versions", "/bots/tienda/versions/1", "/sessions", `/sessions/${encodeURIComponent(sessions[0]!.id)}`, "/settings", "/settings/nowhere"];
  for (const colorScheme of ["light", "dark"] as const) {
    for (const locale of ["en-US", "es-CO", "pt-BR"]) {
      const { page, wrong } = await stage.open(pages[0]!, { colorScheme, locale });
      for (const path of pages) {
        await page.goto(path);
        await page.getByRole("heading").first().waitFor();
        await expect.poll(() => page.locator(".loading, [aria-busy=true]").count()).toBe(0);
        expect([path, colorScheme, locale, await violations(page)]).toEqual([path, colorScheme, locale, []]);
        const words = new Set((await page.locator("body").innerText()).split(/\s+/));
        expect(ids.filter((id) => words.has(id))).toEqual([]);
      }
      expect(wrong).toEqual([]);
      await page.context().close();
    }
  }
}, 240_000);
