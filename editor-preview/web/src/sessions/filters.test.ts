import { expect, test } from "vitest";

import { filterOf, withFilter } from "./filters";

test("an address asks for sessions; what it does not know and what is empty asks for nothing", () => {
  expect(filterOf(new URLSearchParams("bot=menu&state=open&contact=%20&page=3"))).toEqual({ bot: "menu", state: "open" });
});

test("another bot has other versions, and what is open has not ended in any way", () => {
  const filter = { bot: "menu", version: "abc", status: "failed", outcome: "lost" };
  expect(withFilter(filter, "bot", "cart")).toEqual({ bot: "cart", status: "failed", outcome: "lost" });
  expect(withFilter(filter, "state", "open")).toEqual({ bot: "menu", version: "abc", state: "open" });
  expect(withFilter(filter, "outcome", "")).toEqual({ bot: "menu", version: "abc", status: "failed" });
});
