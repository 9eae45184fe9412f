// @vitest-environment jsdom
import { cleanup, render, screen } from "@testing-library/react";
import { afterEach, expect, test } from "vitest";

import { English } from "../i18n/testing";
import { AskedParts } from "./AskedParts";

afterEach(cleanup);

test("what a model was asked and answered is there, folded", () => {
  const asked = { model: "small", prompt: [{ role: "system", text: "Sell coffee." }, { role: "user", text: "<b>Oi</b>" }], answer: "Olá!", tries: 1, took: 5 };
  render(
    <English>
      <AskedParts line={{ what: "asked", step: "answer", asked }} />
    </English>,
  );
  expect(screen.getAllByRole("group").map((part) => [part.hasAttribute("open"), part.textContent])).toEqual([
    [false, "What was askedInstructionsSell coffee.Customer<b>Oi</b>"],
    [false, "AnswerOlá!"],
  ]);
});

test("other lines have no such parts", () => {
  const { container } = render(
    <English>
      <AskedParts line={{ what: "called", entry: 3 }} />
    </English>,
  );
  expect(container.childElementCount).toBe(0);
});
