import { expect, test } from "vitest";

import { arrange, type Plan } from "./arrange";
import { arrangeGroups } from "./arrangeGroups";
import { inColumns } from "./columns";
import { FRAME, GAP } from "./size";

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

test.each([["few lines cross", arrange], ["columns", inColumns]])("frames of groups lie over no other card: %s", (_, place) => {
  const grouped: Plan = { ...plan, groups: [{ id: "g", collapsed: null, cards: ["left", "end"] }] };
  const places = arrangeGroups(grouped, place);
  expect(places.size).toBe(5);
  const held = ["left", "end"].map((id) => places.get(id)!);
  const frame = {
    left: Math.min(...held.map(({ x }) => x)) - FRAME.side,
    top: Math.min(...held.map(({ y }) => y)) - FRAME.top,
    right: Math.max(...held.map(({ x }) => x)) + 200 + FRAME.side,
    bottom: Math.max(...held.map(({ y }) => y)) + 100 + FRAME.side,
  };
  for (const id of ["start", "right", "lost"]) {
    const { x, y } = places.get(id)!;
    expect(x + 200 <= frame.left || x >= frame.right || y + 100 <= frame.top || y >= frame.bottom, id).toBe(true);
  }
});

test("a collapsed group takes the room of one card", () => {
  const grouped: Plan = { ...plan, groups: [{ id: "g", collapsed: { width: 200, height: 80 }, cards: ["left", "right", "end"] }] };
  const places = arrangeGroups(grouped, arrange);
  const corner = Math.min(...["left", "right", "end"].map((id) => places.get(id)!.x));
  expect(corner).toBe(places.get("start")!.x + 200 + GAP.x);
});
