import { type Finding, type Imported, type ImportedBot, importKommo, type KommoId, type KommoNames } from "../../api/imports";
import type { KommoSource } from "../creating";

/** What came of a file: its bots with what is to be said of them, or why it was refused. */
export type Read = { file: string; imported: Imported; error?: undefined } | { file: string; imported?: undefined; error: Error };

/** How the bots of Kommo's files are read. */
export interface Wishes {
  language: string;
  timezone: string;
  repair: boolean;
  names: KommoNames;
}

/** Reads all files; one that is refused keeps nobody else back. */
export function readAll(files: readonly KommoSource[], wishes: Wishes): Promise<Read[]> {
  return Promise.all(
    files.map(async ({ name, text }) => {
      try {
        return { file: name, imported: await importKommo(text, { name, ...wishes }) };
      } catch (error) {
        return { file: name, error: error instanceof Error ? error : new Error(String(error)) };
      }
    }),
  );
}

/** Whether texts seem to have been read in the wrong encoding. */
export function areGarbled(reads: readonly Read[]): boolean {
  return reads.some(({ imported }) => imported?.report.findings.some(({ code }) => code === "encoding"));
}

/** All bots of all files. */
export function botsOf(reads: readonly Read[]): ImportedBot[] {
  return reads.flatMap(({ imported }) => imported?.bots ?? []);
}

/** The ids of all files, each once, with all of its uses. */
export function idsOf(reads: readonly Read[]): KommoId[] {
  const known = new Map<string, KommoId>();
  for (const id of reads.flatMap(({ imported }) => imported?.ids ?? [])) {
    const key = `${id.kind} ${id.id}`;
    const before = known.get(key);
    known.set(key, before ? { ...before, used: [...new Set([...before.used, ...id.used])] } : id);
  }
  return [...known.values()];
}

/** The findings of a bot: what it does not do as it did, and what only informs; the same said of many places once, with their number. */
export function findingsOf(findings: readonly Finding[], bot: string): { warnings: Finding[]; notes: { note: Finding; count: number }[] } {
  const own = findings.filter((finding) => finding.bot === bot);
  const notes = new Map<string, { note: Finding; count: number }>();
  for (const note of own.filter(({ is_warning }) => !is_warning)) {
    const { count } = notes.get(note.message) ?? { count: 0 };
    notes.set(note.message, { note: notes.get(note.message)?.note ?? note, count: count + 1 });
  }
  return { warnings: own.filter(({ is_warning }) => is_warning), notes: [...notes.values()] };
}

/** These names with one more, or without it where it is empty. */
export function named(names: KommoNames, { kind, id }: KommoId, name: string): KommoNames {
  const { [id]: _, ...others } = names[kind] ?? {};
  return { ...names, [kind]: name.trim() === "" ? others : { ...others, [id]: name } };
}
