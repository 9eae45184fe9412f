import { mkdtemp, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { expect, test } from "vitest";

import { violations } from "./browser";
import { onStage, says, send, shot } from "./stories";

const CLINIC = new URL("../../../tests/tests/it/kommo/clinic.json", import.meta.url).pathname;

const stage = onStage();

/** A bot of Kommo's with what can't be taken as it is. */
async function strange(): Promise<string> {
  const handler = (name: string, params: object) => ({ handler: name, params });
  const steps = {
    "0": { block_uuid: "x", question: [handler("send_message", { text: "Hello! {{visitor_uid}}" }), handler("teleport", {}), handler("action", { name: "change_status", params: { value: 4420, pipeline_id: 31 } })] },
  };
  const file = join(await mkdtemp(join(tmpdir(), "salesbot-kommo-")), "strange.json");
  await writeFile(file, JSON.stringify(steps));
  return file;
}

test("a bot of Kommo's is read, its ids get names, and what is not as it was leads to its step", async () => {
  const { page, wrong } = await stage.open("/bots");
  await page.getByRole("button", { name: "Import JSON" }).waitFor();
  await page.locator("input[type=file]").setInputFiles([await strange(), CLINIC]);
  const dialog = page.getByRole("dialog", { name: "Import from Kommo" });
  await dialog.getByText("`teleport`").waitFor();
  await dialog.getByText("2 things are not as they were in Kommo").waitFor();
  await shot(page, "kommo");
  expect(await violations(page)).toEqual([]);

  // Nothing is saved before somebody says so.
  const bots = async () => ((await (await fetch(`${stage.server.url}/api/v1/bots`)).json()) as { id: string }[]).map(({ id }) => id);
  expect(await bots()).toEqual([]);
  await dialog.getByLabel("Name for 4420").fill("qualified");
  await dialog.getByRole("button", { name: "Import 2 bots" }).click();
  await dialog.getByText("2 bots were imported.").waitFor();
  await shot(page, "kommo-taken");
  expect(await violations(page)).toEqual([]);
  expect((await bots()).toSorted()).toEqual(["clinic_desk", "strange"]);
  const saved = (await (await fetch(`${stage.server.url}/api/v1/bots/strange`)).json()) as { draft: { document: { steps: Record<string, { stage?: string }> } } };
  expect(Object.values(saved.draft.document.steps).some(({ stage }) => stage === "qualified")).toBe(true);

  await dialog.getByRole("link", { name: "unsupported_teleport" }).click();
  await page.waitForURL(/\/bots\/strange$/);
  const selected = page.locator(".react-flow__node.selected");
  await selected.waitFor();
  expect(await selected.getAttribute("data-id")).toBe("unsupported_teleport");
  expect(wrong).toEqual([]);
});

test("in Spanish, too; and a file without a bot says why", async () => {
  const folder = await mkdtemp(join(tmpdir(), "salesbot-kommo-"));
  const bad = join(folder, "bad.json");
  await writeFile(bad, '{"model": {"name": "x"}}');
  const { page } = await stage.open("/bots", { locale: "es-ES" });
  await page.locator("input[type=file]").setInputFiles([bad, await strange()]);
  const dialog = page.getByRole("dialog", { name: "Importar desde Kommo" });
  await dialog.getByText(/bad no se puede importar/).waitFor();
  await dialog.getByText("el handler desconocido `teleport` no tiene equivalente aquí").waitFor();
  await shot(page, "kommo-es");
  await page.keyboard.press("Escape");
  await dialog.waitFor({ state: "detached" });
});

test("what was imported answers in the preview as it did", async () => {
  const { page } = await stage.open("/bots");
  const half = join(await mkdtemp(join(tmpdir(), "salesbot-kommo-")), "half.json");
  await writeFile(half, (await readFile(CLINIC)).subarray(0, 300));
  await page.locator("input[type=file]").setInputFiles(half);
  await page.getByText(/half.json, Line/).waitFor();
  await page.locator("input[type=file]").setInputFiles(CLINIC);
  await page.getByRole("dialog", { name: "Import from Kommo" }).getByRole("button", { name: "Import the bot" }).click();
  await page.getByRole("dialog", { name: "Import from Kommo" }).getByRole("heading").getByRole("link").click();
  await page.getByRole("button", { name: "Test" }).click();
  await says(page, "what brings you here?");
  await send(page, "Routine!");
  await says(page, "How old is the patient?");
});
