import { useEffect, useRef, useState } from "react";

import { useTexts } from "../i18n/texts";
import { addCardSteps } from "./cardSteps";
import { sentUntil } from "./moments";
import { REPLY, Sheet } from "./Sheet";
import { usePreview } from "./store";

/** What opens a menu, or what a phone would open a window for. */
const OPENERS = ".sb-menu > summary, [data-opens]";

/** The chat as the server draws it. Its buttons are the customer's taps; its menus open as sheets. */
export function Chat({ html }: { html: string }) {
  const text = useTexts();
  const frame = useRef<HTMLDivElement>(null);
  const [menu, openMenu] = useState<HTMLElement | null>(null);
  const say = usePreview((state) => state.say);
  const open = usePreview((state) => state.open);
  const moment = usePreview((state) => state.moment);
  const turns = usePreview((state) => state.answer?.turns);

  useEffect(() => {
    // The server escapes every text in it; parsed apart, it could run nothing even so.
    const drawn = new DOMParser().parseFromString(html, "text/html");
    for (const opener of drawn.querySelectorAll<HTMLElement>(OPENERS)) {
      opener.setAttribute("role", "button");
      opener.setAttribute("aria-haspopup", "dialog");
      opener.tabIndex = 0;
    }
    for (const cards of drawn.querySelectorAll<HTMLElement>(".sb-cards")) {
      addCardSteps(cards, { back: text("preview.card_back"), next: text("preview.card_next") });
    }
    frame.current?.replaceChildren(...drawn.body.childNodes);
    openMenu(null);
  }, [html, text]);

  // At a moment inside of a turn, what the bot sent behind it has not been said yet.
  useEffect(() => {
    const sent = moment && turns ? sentUntil(turns, moment) : null;
    const bubbles = [...(frame.current?.querySelectorAll<HTMLElement>(".sb-log > *") ?? [])];
    for (const bubble of bubbles) {
      const { turn, entry } = bubble.dataset;
      bubble.hidden = sent !== null && turn === String(moment?.line) && entry !== undefined && !sent.has(entry);
    }
    bubbles.findLast((bubble) => !bubble.hidden)?.scrollIntoView({ block: "end" });
  }, [html, moment, turns]);

  useEffect(() => {
    const element = frame.current;
    const onClick = (event: Event) => {
      const target = event.target as Element;
      const opener = target.closest<HTMLElement>(OPENERS);
      const button = target.closest<HTMLButtonElement>(REPLY);
      if (opener) {
        event.preventDefault();
        if (opener.dataset.opens) {
          open(opener.dataset.opens);
        } else {
          openMenu(opener.parentElement);
        }
      } else if (button) {
        event.preventDefault();
        say({ reply: button.value });
      }
    };
    // What the server draws as a text is a button here, by keys, too.
    const onKeyDown = (event: KeyboardEvent) => {
      const target = event.target as HTMLElement;
      if (target.matches("[data-opens]") && (event.key === "Enter" || event.key === " ")) {
        event.preventDefault();
        target.click();
      }
    };
    element?.addEventListener("click", onClick);
    element?.addEventListener("keydown", onKeyDown);
    return () => {
      element?.removeEventListener("click", onClick);
      element?.removeEventListener("keydown", onKeyDown);
    };
  }, [say, open]);

  return (
    <>
      <div ref={frame} className="chat" tabIndex={0} role="group" aria-label={text("preview.chat")} />
      {menu && <Sheet menu={menu} onClose={() => openMenu(null)} />}
    </>
  );
}
