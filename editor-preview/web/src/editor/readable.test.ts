import { expect, test } from "vitest";

import { readable } from "./readable";

test("a value reads as keys and lines", () => {
  expect(readable("two\nlines")).toBe("two\nlines");
  expect(readable(true)).toBe("true");
  expect(readable({ title: "Hours", goto: "bye" })).toBe("title: Hours\ngoto: bye");
  expect(readable({ text: "a\nb", rows: [{ id: "x", title: "X" }, "y"], none: [] })).toBe("text:\n  a\n  b\nrows:\n  – id: x\n    title: X\n  – y\nnone:");
});
