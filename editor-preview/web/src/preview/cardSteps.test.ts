// @vitest-environment jsdom
import { beforeEach, expect, test, vi } from "vitest";

import { addCardSteps } from "./cardSteps";

let resized: () => void;

beforeEach(() => {
  vi.stubGlobal("matchMedia", () => ({ matches: true }));
  vi.stubGlobal(
    "ResizeObserver",
    class {
      constructor(changed: () => void) {
        resized = changed;
      }
      observe() {}
    },
  );
});

/** Three cards of 100 pixels with 10 between them, of which a bit more than one is in sight. */
function carousel() {
  document.body.innerHTML = "<main><div class='cards' tabindex='0'><div></div><div></div><div></div></div></main>";
  const cards = document.querySelector<HTMLElement>(".cards")!;
  const size = (of: HTMLElement, sizes: Record<string, number>) => Object.entries(sizes).forEach(([name, value]) => Object.defineProperty(of, name, { value, configurable: true }));
  size(cards, { scrollWidth: 320, clientWidth: 120 });
  [...cards.children].forEach((card, index) => size(card as HTMLElement, { offsetLeft: index * 110 }));
  const scrollBy = ({ left = 0 }: ScrollToOptions) => {
    cards.scrollLeft = Math.max(0, Math.min(200, cards.scrollLeft + left));
    cards.dispatchEvent(new Event("scroll"));
  };
  Object.defineProperty(cards, "scrollBy", { value: scrollBy });
  addCardSteps(cards, { back: "Previous card", next: "Next card" });
  resized();
  const [back, next] = [...document.querySelectorAll<HTMLButtonElement>("main button")] as [HTMLButtonElement, HTMLButtonElement];
  return { cards, back, next };
}

test("each press goes a card on, and at an end the button is gone; the other one has the focus then", () => {
  const { cards, back, next } = carousel();
  expect([back.getAttribute("aria-label"), next.getAttribute("aria-label")]).toEqual(["Previous card", "Next card"]);
  expect([back.hidden, next.hidden]).toEqual([true, false]);
  next.focus();
  next.click();
  expect([cards.scrollLeft, back.hidden, next.hidden]).toEqual([110, false, false]);
  next.click();
  expect([cards.scrollLeft, back.hidden, next.hidden]).toEqual([200, false, true]);
  expect(document.activeElement).toBe(back);
  back.click();
  back.click();
  expect([cards.scrollLeft, back.hidden, next.hidden]).toEqual([0, true, false]);
  expect(document.activeElement).toBe(next);
});

test("cards that are all in sight need no buttons", () => {
  const { cards, back, next } = carousel();
  Object.defineProperty(cards, "clientWidth", { value: 320 });
  resized();
  expect([back.hidden, next.hidden]).toEqual([true, true]);
});
