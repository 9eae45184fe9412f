// @vitest-environment jsdom
import { render } from "@testing-library/react";
import { expect, test } from "vitest";

import type { Diagnostic } from "../../api/bots";
import { loadCatalogue } from "../../i18n/catalogues";
import { English } from "../../i18n/testing";
import { TextsProvider } from "../../i18n/texts";
import { ProblemText } from "./ProblemText";

const WRONG: Diagnostic = { code: "out_of_range", severity: "error", path: "steps.a.attempts", message: "`attempts` is -1", expected: "at least 0" };
const SPANISH = await loadCatalogue("es");

test("what was expected stands beside what is wrong", () => {
  const { container } = render(<ProblemText problem={WRONG} />, { wrapper: English });
  expect(container.textContent).toBe("attempts is -1. Expected: at least 0.");
});

test("a name that was probably meant says it all", () => {
  const { container } = render(<ProblemText problem={{ ...WRONG, expected: "one of `sales`, `care`", nearest: "sales" }} />, { wrapper: English });
  expect(container.textContent).toBe("attempts is -1. Did you mean “sales”?");
});

test("the expectation is said in the language in use", () => {
  const problem = { ...WRONG, expected: "either a text, or an object with `instructions`", help: "split it over several lists" };
  const { container } = render(
    <TextsProvider first={SPANISH}>
      <ProblemText problem={problem} />
    </TextsProvider>,
  );
  expect(container.textContent).toContain("Se espera: un texto, o bien un objeto con instructions.");
});
