import { expect, test } from "vitest";

import type { Turn } from "../api/previews";
import { compare, exists, isSameWalk, nextBreakpoint, nextStop, previousStop, recordsAt, sentUntil, variablesAt, walkOf } from "./moments";

const session = (vars: object) => ({ bot: "b", step: "a", vars, flow: {}, state: "waiting" }) as Turn["session"];
const TURNS = [
  { line: 0, trace: [{ what: "started" }, { what: "step", step: "hi" }, { what: "sent", entry: 1 }, { what: "step", step: "ask" }, { what: "sent", entry: 2 }], session: session({ name: "", tries: 0 }) },
  {
    line: 2,
    trace: [{ what: "set", path: "vars.name", value: "Ana" }, { what: "step", step: "check" }, { what: "failed", step: "check" }, { what: "set", path: "vars.tries", value: 1 }, { what: "set", path: "vars.city", value: "Lima" }, { what: "step", step: "bye" }],
    session: session({ name: "Ana", tries: 1, city: "Lima" }),
  },
];

test("steps are walked one by one, the last line's once more from its begin", () => {
  expect(nextStop(TURNS, null)).toEqual({ line: 2, entry: 1, step: "check" });
  expect(nextStop(TURNS, { line: 0, entry: 1 })).toEqual({ line: 0, entry: 3, step: "ask" });
  expect(nextStop(TURNS, { line: 0, entry: 3 })?.step).toBe("check");
  expect(nextStop(TURNS, { line: 2, entry: 5 })).toBeNull();
  expect(previousStop(TURNS, { line: 2, entry: 1 })?.step).toBe("ask");
  expect(previousStop(TURNS, { line: 0, entry: 1 })).toBeNull();
  expect(nextBreakpoint(TURNS, new Set(["bye"]), { line: 0, entry: 1 })?.entry).toBe(5);
  expect(compare({ line: 1, entry: 9 }, { line: 2, entry: 0 })).toBeLessThan(0);
});

test("the way through the graph ends at the moment", () => {
  const all = walkOf({ turns: TURNS as Turn[], session: session({})! }, null);
  expect([...all.taken]).toEqual(["hi ask", "ask check", "check bye"]);
  expect([...all.failed]).toEqual(["check"]);
  const early = walkOf({ turns: TURNS as Turn[], session: null }, { line: 0, entry: 2 });
  expect(early).toEqual({ current: "hi", taken: new Set(), visited: new Set(["hi"]), failed: new Set() });
  expect([isSameWalk(all, walkOf({ turns: TURNS as Turn[], session: session({})! }, null)), isSameWalk(all, early)]).toEqual([true, false]);
});

test("variables are those before what was written behind the moment", () => {
  const atEnd = { name: "Ana", tries: 1, city: "Lima" };
  const document = { variables: { tries: { type: "integer", default: 7 } } };
  expect(variablesAt(TURNS as Turn[], { line: 2, entry: 2 }, atEnd, document)).toEqual({ name: "Ana", tries: 0 });
  expect(variablesAt(TURNS.slice(1) as Turn[], { line: 2, entry: 2 }, atEnd, document)).toEqual({ name: "Ana", tries: 7 });
  expect(variablesAt(TURNS as Turn[], { line: 2, entry: 4 }, atEnd, document)).toEqual(atEnd);
});

test("messages behind the moment were not sent yet", () => {
  expect([...sentUntil(TURNS, { line: 0, entry: 3 })]).toEqual(["1"]);
  expect(exists(TURNS, { line: 2, entry: 5 })).toBe(true);
  expect(exists(TURNS, { line: 1, entry: 0 })).toBe(false);
});

test("the contact and the lead are those before what was written behind the moment", () => {
  const turns: Parameters<typeof recordsAt>[0] = [
    { line: 0, trace: [{ what: "set", path: "contact.fields.city", value: "Lima" }, { what: "set", path: "lead.price", value: 5 }] },
    { line: 1, trace: [{ what: "set", path: "contact.fields.city", value: "Cusco" }, { what: "set", path: "lead.price", value: 9 }, { what: "set", path: "contact.name", value: "Eva" }, { what: "set", path: "vars.n", value: 1 }] },
  ];
  const begin = { name: "Ana", lead: { price: 1 } };
  const at = (line: number, entry: number) => Object.fromEntries(recordsAt(turns, { line, entry }, begin));
  expect(at(0, -1)).toEqual({ "contact.fields.city": null, "lead.price": 1 });
  expect(at(0, 1)).toEqual({});
  expect(at(1, -1)).toEqual({ "contact.fields.city": "Lima", "lead.price": 5, "contact.name": "Ana" });
  expect(at(1, 1)).toEqual({ "contact.name": "Ana" });
  expect(at(1, 3)).toEqual({});
});
