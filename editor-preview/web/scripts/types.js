/**
 * Writes `src/api/schema.ts` from the description of the API; with `--check` only says whether it is up to date.
 */
import { readFile, writeFile } from "node:fs/promises";

import openapiTypescript, { astToString } from "openapi-typescript";

const SOURCE = new URL("../../../docs/reference/openapi.json", import.meta.url);
const TARGET = new URL("../src/api/schema.ts", import.meta.url);

const description = JSON.parse(await readFile(SOURCE, "utf8"));
const types = `/** Made by \`npm run types\` from docs/reference/openapi.json. */\n\n${astToString(await openapiTypescript(description))}`;

if (process.argv.includes("--check")) {
  if ((await readFile(TARGET, "utf8").catch(() => "")) !== types) {
    console.error("src/api/schema.ts is not what docs/reference/openapi.json describes: run `npm run types`");
    process.exitCode = 1;
  }
} else {
  await writeFile(TARGET, types);
}
