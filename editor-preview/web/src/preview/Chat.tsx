import { useEffect, useLayoutEffect, useRef, useState } from "react";

import { useTexts } from "../i18n/texts";
import { usePreview } from "./store";

/** A drawn button that answers the bot. */
const REPLY = "button[name=reply]";

/** The chat as the server draws it. Its buttons are the customer's taps; its menus open as sheets. */
export function Chat({ html }: { html: string }) {
  const text = useTexts();
  const frame = useRef<HTMLDivElement>(null);
  const [menu, openMenu] = useState<HTMLElement | null>(null);
  const say = usePreview((state) => state.say);

  useEffect(() => {
    // The server escapes every text in it; parsed apart, it could run nothing even so.
    const drawn = new DOMParser().parseFromString(html, "text/html");
    for (const opener of drawn.querySelectorAll(".sb-menu > summary")) {
      opener.setAttribute("role", "button");
      opener.setAttribute("aria-haspopup", "dialog");
    }
    const element = frame.current;
    element?.replaceChildren(...drawn.body.childNodes);
    openMenu(null);
    element?.querySelector(".sb-log")?.lastElementChild?.scrollIntoView({ block: "end" });
  }, [html]);

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

/** A menu's rows, over the chat. They are the drawn ones, lent to this window while it is open. */
function Sheet({ menu, onClose }: { menu: HTMLElement; onClose: () => void }) {
  const text = useTexts();
  const dialog = useRef<HTMLDialogElement>(null);
  const rows = useRef<HTMLDivElement>(null);
  const title = menu.querySelector("summary")?.textContent ?? "";
  const say = usePreview((state) => state.say);

  useLayoutEffect(() => {
    const element = dialog.current;
    const sheet = menu.querySelector(".sb-sheet");
    if (sheet) {
      rows.current?.replaceChildren(sheet);
    }
    element?.showModal();
    return () => {
      element?.close();
      if (sheet) {
        menu.append(sheet);
      }
    };
  }, [menu]);

  return (
    <dialog
      ref={dialog}
      className="sheet"
      aria-label={title}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
      onKeyDown={(event) => event.stopPropagation()}
      onClick={(event) => {
        const button = (event.target as Element).closest<HTMLButtonElement>(REPLY);
        if (button) {
          onClose();
          say({ reply: button.value });
        } else if (event.target === dialog.current) {
          onClose();
        }
      }}
    >
      <div className="sheet-head">
        <h3>{title}</h3>
        <button type="button" className="button quiet" onClick={onClose}>
          {text("dialog.close")}
        </button>
      </div>
      <div ref={rows} className="sb-chat" />
    </dialog>
  );
}
