/** A bot comes into the studio, and leaves it as it was. */
import { expect } from "vitest";

import { onServer, studio as open } from "../stories";
import { exported, file, importFile, promise, stage, steps, STEPS } from "./shop";

promise(1, "without bots there are the ways to one", () =>
  onServer(undefined, async (empty) => {
    const { page, wrong } = await open(stage.browser, empty, "/bots");
    await page.getByRole("heading", { name: "No bots yet" }).waitFor();
    for (const name of ["New from template", "Import JSON", "Blank"]) {
      await page.getByRole("button", { name, exact: true }).waitFor();
    }
    expect(wrong).toEqual([]);
  }),
);

promise(2, "an imported bot opens in the editor, a card for each step, without problems", () =>
  onServer(undefined, async (empty) => {
    const { page, wrong } = await open(stage.browser, empty, "/bots");
    await importFile(page, Buffer.from(await file()));
    await steps(page, STEPS);
    await page.getByRole("button", { name: "0 errors 0 warnings" }).waitFor();
    expect(wrong).toEqual([]);
  }),
);

promise(3, "exported and imported a bot is the same to the byte", () =>
  onServer(undefined, async (empty) => {
    const { page, wrong } = await open(stage.browser, empty, "/bots");
    await importFile(page, Buffer.from(await file()));
    const first = await exported(page);
    expect(first.toString()).toBe(await file());
    await page.goto("/bots");
    await importFile(page, first);
    await page.waitForURL("**/bots/tienda_2");
    expect((await exported(page)).equals(first)).toBe(true);
    expect(wrong).toEqual([]);
  }),
);
