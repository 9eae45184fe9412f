import { expect, test } from "vitest";

import { literalOf, rowsOf, shownLiteral, sourceOf } from "./condition";

test("comparisons become rows, and rows the same comparisons", () => {
  const source = 'vars.score >= 50 && contact.fields.city != "São Paulo" && contact.email == ()';
  const rows = rowsOf(source);
  expect(rows).toEqual({
    join: "&&",
    rows: [
      { path: "vars.score", operator: ">=", literal: 50 },
      { path: "contact.fields.city", operator: "!=", literal: "São Paulo" },
      { path: "contact.email", operator: "missing", literal: null },
    ],
  });
  expect(rows && sourceOf(rows)).toBe(source);
  expect(rowsOf("vars.a < -1.5||contact.opted_in == true")?.join).toBe("||");
});

test("what is of another form has no rows", () => {
  for (const source of ["", "vars.a", "vars.a == 1 && vars.b == 2 || vars.c == 3", "matches(answer, \"x\")", "!(vars.a == 1)", "vars.a == vars.b", "1 == vars.a", "vars.a == 1 &&", "vars.a < ()"]) {
    expect(rowsOf(source), source).toBeUndefined();
  }
});

test("what is typed is a number or true where it looks so, and in quotes a text", () => {
  expect(["50", "-1.5", "true", "Ana", '"50"', ""].map(literalOf)).toEqual([50, -1.5, true, "Ana", "50", ""]);
  expect(["50", 50, true, "Ana", null].map(shownLiteral)).toEqual(['"50"', "50", "true", "Ana", ""]);
});
