// @vitest-environment jsdom
import { act, renderHook } from "@testing-library/react";
import { beforeEach, expect, test } from "vitest";

import { createChoice } from "./choice";

beforeEach(() => localStorage.clear());

test("the first option holds until another one is chosen, and whoever shows it hears of it", () => {
  const choice = createChoice("test.size", ["small", "large"]);
  const { result } = renderHook(() => choice.use());
  expect(result.current).toBe("small");
  act(() => choice.set("large"));
  expect(result.current).toBe("large");
  expect(createChoice("test.size", ["small", "large"]).get()).toBe("large");
});

test("what was kept by another version and is no option any more counts for nothing", () => {
  localStorage.setItem("test.size", "huge");
  expect(createChoice("test.size", ["small", "large"]).get()).toBe("small");
});
