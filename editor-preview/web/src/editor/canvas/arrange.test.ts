import { expect, test } from "vitest";

import { arrange, type Plan } from "./arrange";
import { inColumns } from "./columns";

const card = (id: string) => ({ id, width: 200, height: 100 });
const plan: Plan = {
  cards: ["start", "left", "right", "end", "lost"].map(card),
  edges: [
    { from: "start", to: "left" },
    { from: "start", to: "right" },
    { from: "left", to: "end" },
    { from: "end", to: "start" },
  ],
  groups: [],
};

test.each([["few lines cross", arrange], ["columns", inColumns]])("what follows stands right of what it follows: %s", (_, place) => {
  const places = place(plan);
  const x = (id: string) => places.get(id)!.x;
  expect([x("start") < x("left"), x("left") === x("right"), x("left") < x("end")]).toEqual([true, true, true]);
  expect(new Set([...places.values()].map((at) => `${at.x} ${at.y}`)).size).toBe(5);
});

test("steps in a row, however many, are placed", () => {
  const ids = Array.from({ length: 20_000 }, (_, index) => `s${index}`);
  const places = inColumns({ cards: ids.map(card), edges: ids.slice(1).map((to, index) => ({ from: ids[index]!, to })) });
  expect(places.size).toBe(ids.length);
});
