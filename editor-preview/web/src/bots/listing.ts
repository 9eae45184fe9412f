import type { BotSummary } from "../api/bots";

/** What the list of bots can be ordered by. */
export type Column = "name" | "status" | "problems" | "sessions";

export interface Order {
  by: Column;
  descending: boolean;
}

/** A choice of a column: the same one again turns the order around. Numbers begin with the most. */
export function chooseColumn({ by, descending }: Order, column: Column): Order {
  return column === by ? { by, descending: !descending } : { by: column, descending: column === "problems" || column === "sessions" };
}

/** What people call a bot. */
export function nameOf({ id, name }: Pick<BotSummary, "id" | "name">): string {
  return name || id;
}

/** Bots whose name, id or file has all words of a search, without regard to accents. */
export function searchBots(bots: readonly BotSummary[], search: string): readonly BotSummary[] {
  const words = plain(search).split(/\s+/);
  return bots.filter(({ id, name, file }) => {
    const said = plain(`${name} ${id} ${file ?? ""}`);
    return words.every((word) => said.includes(word));
  });
}

export function orderBots(bots: readonly BotSummary[], { by, descending }: Order, language: string): readonly BotSummary[] {
  const names = new Intl.Collator(language, { numeric: true });
  const byName = (one: BotSummary, other: BotSummary) => names.compare(nameOf(one), nameOf(other));
  const rank = RANKS[by];
  const compare = (one: BotSummary, other: BotSummary) => (rank ? rank(one) - rank(other) : byName(one, other));
  // What is equal stands by name, whichever way the rest is turned.
  return bots.toSorted((one, other) => (descending ? -1 : 1) * compare(one, other) || byName(one, other));
}

const RANKS: Readonly<Record<Column, ((bot: BotSummary) => number) | null>> = {
  name: null,
  // What is live, then what is more than live, then drafts.
  status: ({ version, has_draft }) => (version ? 0 : 2) + (has_draft ? 1 : 0),
  problems: ({ errors, warnings }) => errors * 1_000 + warnings,
  sessions: ({ sessions_7d }) => sessions_7d,
};

function plain(text: string): string {
  return text.normalize("NFD").replaceAll(/\p{M}/gu, "").toLowerCase().trim();
}
