import { expect, test } from "vitest";

import { freeId } from "./ids";

test("an id is made of a name, and is nobody else's", () => {
  expect(freeId("Menú de ventas!", [])).toBe("menu_de_ventas");
  expect(freeId("menu", [{ id: "menu" }, { id: "menu_2" }])).toBe("menu_3");
  expect(freeId("2024 – 价格", [])).toBe("bot");
  expect(freeId("a".repeat(100), []).length).toBeLessThanOrEqual(64);
});
