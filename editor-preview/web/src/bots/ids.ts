import type { BotSummary } from "../api/bots";

/** The longest id of a bot. */
const LONGEST = 64;

/** An id for a bot of this name that none has yet: `Menú de ventas` becomes `menu_de_ventas`. */
export function freeId(name: string, bots: readonly Pick<BotSummary, "id">[]): string {
  const words = name
    .normalize("NFD")
    .replaceAll(/\p{M}/gu, "")
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "_")
    .replaceAll(/^[_0-9]+|_+$/g, "");
  const stem = (words || "bot").slice(0, LONGEST - 4);
  const taken = new Set(bots.map(({ id }) => id));
  let id = stem;
  for (let number = 2; taken.has(id); number += 1) {
    id = `${stem}_${number}`;
  }
  return id;
}
