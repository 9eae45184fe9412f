/** Words of the buttons. */
interface Names {
  back: string;
  next: string;
}

/** Puts buttons over a carousel's edges, for those who can't swipe: each goes a card on, and at the end there is none. */
export function addCardSteps(cards: HTMLElement, names: Names): void {
  const deck = document.createElement("div");
  deck.className = "card-deck";
  const [back, next] = [stepButton("back", names.back, "‹"), stepButton("next", names.next, "›")];
  cards.replaceWith(deck);
  deck.append(back, cards, next);
  const go = (direction: number) => {
    const [first, second] = [...cards.children] as HTMLElement[];
    cards.scrollBy({ left: direction * ((second?.offsetLeft ?? 0) - (first?.offsetLeft ?? 0)), behavior: matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth" });
  };
  back.addEventListener("click", () => go(-1));
  next.addEventListener("click", () => go(1));
  const update = () => {
    hide(back, cards.scrollLeft <= 1, next);
    hide(next, cards.scrollLeft >= cards.scrollWidth - cards.clientWidth - 1, back);
  };
  cards.addEventListener("scroll", update, { passive: true });
  // Also when it comes into the page, and when that gets wider.
  new ResizeObserver(update).observe(cards);
}

function stepButton(way: string, name: string, sign: string): HTMLButtonElement {
  const button = Object.assign(document.createElement("button"), { type: "button", className: `card-step is-${way}`, textContent: sign, hidden: true });
  button.setAttribute("aria-label", name);
  return button;
}

/** Who pressed a button until it went goes on with the other one. */
function hide(button: HTMLButtonElement, isHidden: boolean, other: HTMLButtonElement): void {
  const hadFocus = document.activeElement === button;
  button.hidden = isHidden;
  if (isHidden && hadFocus) {
    other.hidden = false;
    other.focus();
  }
}
