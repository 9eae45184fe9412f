/**
 * Says how large the built studio is, as browsers fetch it, and fails where a part of it is larger than its budget. Run it after `npm run build`.
 *
 * A part is what one page or one tab loads at once: its scripts and its styles, each compressed by itself.
 */
import { readdir, readFile } from "node:fs/promises";
import { gzipSync } from "node:zlib";

const ASSETS = new URL("../dist/assets/", import.meta.url);

/** In kilobytes of 1000 bytes, by the names that files begin with. What is named nowhere here is loaded later, when it is asked for. */
const PARTS = [
  { part: "shell", names: ["index"], budget: 120 },
  { part: "editor", names: ["EditorPage"], budget: 160 },
];
const LATER = 130;

const files = (await readdir(ASSETS)).filter((name) => /\.(js|css)$/.test(name));
const sizes = new Map(await Promise.all(files.map(async (name) => [name, gzipSync(await readFile(new URL(name, ASSETS))).length / 1000])));
const stemOf = (name) => name.replace(/-[\w-]{8}\.(js|css)$/, "").replace(/\.worker$/, ".worker");

const parts = PARTS.map(({ part, names, budget }) => ({ part, budget, files: files.filter((name) => names.includes(stemOf(name))) }));
const named = new Set(parts.flatMap((part) => part.files));
const later = files.filter((name) => !named.has(name)).map((name) => ({ part: stemOf(name), budget: LATER, files: [name] }));

for (const { part, budget, files: held } of [...parts, ...later]) {
  const size = held.reduce((sum, name) => sum + sizes.get(name), 0);
  const isFound = held.length > 0;
  const isWithin = isFound && size <= budget;
  console.log(`${isWithin ? "ok  " : "FAIL"} ${part}: ${isFound ? `${size.toFixed(1)} kB of ${budget}` : "no such file in dist/assets"}`);
  if (!isWithin) {
    process.exitCode = 1;
  }
}
