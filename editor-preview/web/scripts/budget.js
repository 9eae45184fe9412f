/**
 * Says how large the built studio is, as browsers fetch it, and fails where a part of it is larger than its budget. Run it after `npm run build`.
 *
 * A part is what is loaded at once when it is opened: its scripts and styles with all that they import, each compressed by itself. What is
 * there already, because of the part that it is opened in, is not loaded again.
 */
import { readFile } from "node:fs/promises";
import { gzipSync } from "node:zlib";

const DIST = new URL("../dist/", import.meta.url);

/** In kilobytes of 1000 bytes. `of` are the sources that a part begins with, `inside` what is open before it. */
const PARTS = {
  // With the language whose texts are the longest.
  shell: { of: ["index.html", "src/i18n/locales/es.po"], budget: 120 },
  // All that the server says, Kommo's import included. Comes with the language, beside its texts; English has none.
  phrasebook: { of: ["src/i18n/phrases/es.json"], inside: "shell", budget: 60 },
  editor: { of: ["src/editor/EditorPage.tsx"], inside: "shell", budget: 160 },
  "JSON field": { of: ["src/editor/source/CodeField.tsx"], inside: "editor", budget: 130 },
};
/** Everything else that is loaded when it is asked for: a page or a window, within what asks for it. */
const OTHER = 130;

/** What Vite wrote of its files: by source, or by the name of what sources share. */
const manifest = JSON.parse(await readFile(new URL(".vite/manifest.json", DIST), "utf8"));

/** A source, with the sources that come with it. */
function sourcesOf(source, seen = new Set()) {
  const built = manifest[source];
  if (!built) {
    throw new Error(`the build has no ${source}: is its name still right in ${import.meta.filename}?`);
  }
  if (!seen.has(source)) {
    seen.add(source);
    (built.imports ?? []).forEach((imported) => sourcesOf(imported, seen));
  }
  return seen;
}

/** The files that come with a source. */
function filesOf(source) {
  return [...sourcesOf(source)].flatMap((one) => [manifest[one].file, ...(manifest[one].css ?? [])]);
}

/** All files of a part, and of what is open before it. */
function filesWith({ of, inside }) {
  return new Set([...of.flatMap((source) => filesOf(source)), ...(inside ? filesWith(PARTS[inside]) : [])]);
}

async function sizeOf(file) {
  return gzipSync(await readFile(new URL(file, DIST))).length / 1000;
}

const named = new Set(Object.values(PARTS).flatMap(({ of }) => of));
const ofShell = new Set([...sourcesOf("index.html")].flatMap((source) => manifest[source].dynamicImports ?? []));
const others = Object.entries(manifest)
  .filter(([source, { isDynamicEntry }]) => isDynamicEntry && !named.has(source))
  .map(([source]) => [source, { of: [source], inside: ofShell.has(source) ? "shell" : "editor", budget: OTHER }]);

for (const [name, part] of [...Object.entries(PARTS), ...others]) {
  const there = part.inside ? filesWith(PARTS[part.inside]) : new Set();
  const sizes = await Promise.all([...filesWith(part)].filter((file) => !there.has(file)).map(sizeOf));
  const size = sizes.reduce((sum, one) => sum + one, 0);
  const isWithin = size <= part.budget;
  console.log(`${isWithin ? "ok  " : "FAIL"} ${name}: ${size.toFixed(1)} kB of ${part.budget}`);
  if (!isWithin) {
    process.exitCode = 1;
  }
}
