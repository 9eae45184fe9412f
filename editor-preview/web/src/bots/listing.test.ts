import { expect, test } from "vitest";

import type { BotSummary } from "../api/bots";
import { chooseColumn, type Column, orderBots, searchBots } from "./listing";

function bot(id: string, more: Partial<BotSummary> = {}): BotSummary {
  const rest = { name: "", triggers: [], has_draft: false, problems: [], versions: 0, number: null, errors: 0, warnings: 0, open_sessions: 0, sessions_7d: 0 };
  return { id, ...rest, ...more };
}

const BOTS = [
  bot("cart", { name: "Água e café", errors: 1, sessions_7d: 5, version: "a", has_draft: true }),
  bot("survey", { name: "Zebra", warnings: 3, sessions_7d: 70, version: "b", file: "survey.json" }),
  bot("menu10", { sessions_7d: 5 }),
  bot("menu2"),
];

const ids = (by: Column, descending = false) => orderBots(BOTS, { by, descending }, "pt").map(({ id }) => id);

test("bots are ordered by each column, and by name where that says the same", () => {
  expect(ids("name")).toEqual(["cart", "menu2", "menu10", "survey"]);
  expect(ids("name", true)).toEqual(["survey", "menu10", "menu2", "cart"]);
  expect(ids("problems", true)).toEqual(["cart", "survey", "menu2", "menu10"]);
  expect(ids("sessions", true)).toEqual(["survey", "cart", "menu10", "menu2"]);
  expect(ids("status")).toEqual(["survey", "cart", "menu2", "menu10"]);
});

test("the same column again turns the order around", () => {
  const first = chooseColumn({ by: "name", descending: false }, "sessions");
  expect(first).toEqual({ by: "sessions", descending: true });
  expect(chooseColumn(first, "sessions")).toEqual({ by: "sessions", descending: false });
});

test("a search takes parts of names, ids and files, with or without accents", () => {
  const found = (search: string) => searchBots(BOTS, search).map(({ id }) => id);
  expect(found("agua CAFE")).toEqual(["cart"]);
  expect(found("menu")).toEqual(["menu10", "menu2"]);
  expect(found("survey.json")).toEqual(["survey"]);
  expect(found("")).toHaveLength(4);
  expect(found("nothing")).toEqual([]);
});
