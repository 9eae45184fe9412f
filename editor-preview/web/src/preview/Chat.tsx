import { useEffect, useRef, useState } from "react";

import { useTexts } from "../i18n/texts";
import { customerLine } from "./taps";
import { usePreview } from "./store";

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
      const button = target.closest<HTMLButtonElement>("button[name=reply]");
      if (opener) {
        event.preventDefault();
        openMenu(opener.parentElement);
      } else if (button && element) {
        event.preventDefault();
        openMenu(null);
        say(customerLine(button, element));
      }
    };
    element?.addEventListener("click", onClick);
    return () => element?.removeEventListener("click", onClick);
  }, [say]);

  return (
    <>
      <div ref={frame} className="chat" tabIndex={0} role="group" aria-label={text("preview.chat")} />
      {menu && <Sheet menu={menu} chat={frame.current} onClose={() => openMenu(null)} />}
    </>
  );
}

/** A menu's rows, over the chat. They are the drawn ones, lent to this window while it is open. */
function Sheet({ menu, chat, onClose }: { menu: HTMLElement; chat: HTMLElement | null; onClose: () => void }) {
  const text = useTexts();
  const dialog = useRef<HTMLDialogElement>(null);
  const rows = useRef<HTMLDivElement>(null);
  const title = menu.querySelector("summary")?.textContent ?? "";
  const say = usePreview((state) => state.say);

  useEffect(() => {
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
        const button = (event.target as Element).closest<HTMLButtonElement>("button[name=reply]");
        if (button && chat) {
          const line = customerLine(button, chat, menu);
          onClose();
          say(line);
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
