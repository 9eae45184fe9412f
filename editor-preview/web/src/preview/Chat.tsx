import { useEffect, useRef, useState } from "react";

import { useTexts } from "../i18n/texts";
import { sentUntil } from "./moments";
import { REPLY, Sheet } from "./Sheet";
import { usePreview } from "./store";

/** The chat as the server draws it. Its buttons are the customer's taps; its menus open as sheets. */
export function Chat({ html }: { html: string }) {
  const text = useTexts();
  const frame = useRef<HTMLDivElement>(null);
  const [menu, openMenu] = useState<HTMLElement | null>(null);
  const say = usePreview((state) => state.say);
  const moment = usePreview((state) => state.moment);
  const turns = usePreview((state) => state.answer?.turns);

  useEffect(() => {
    // The server escapes every text in it; parsed apart, it could run nothing even so.
    const drawn = new DOMParser().parseFromString(html, "text/html");
    for (const opener of drawn.querySelectorAll(".sb-menu > summary")) {
      opener.setAttribute("role", "button");
      opener.setAttribute("aria-haspopup", "dialog");
    }
    frame.current?.replaceChildren(...drawn.body.childNodes);
    openMenu(null);
  }, [html]);

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
      const opener = target.closest(".sb-menu > summary");
      const button = target.closest<HTMLButtonElement>(REPLY);
      if (opener) {
        event.preventDefault();
        openMenu(opener.parentElement);
      } else if (button) {
        event.preventDefault();
        say({ reply: button.value });
      }
    };
    element?.addEventListener("click", onClick);
    return () => element?.removeEventListener("click", onClick);
  }, [say]);

  return (
    <>
      <div ref={frame} className="chat" tabIndex={0} role="group" aria-label={text("preview.chat")} />
      {menu && <Sheet menu={menu} onClose={() => openMenu(null)} />}
    </>
  );
}
