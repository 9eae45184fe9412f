import { type FormEvent, useLayoutEffect, useRef, useState } from "react";

import { useTexts } from "../i18n/texts";
import { useModal } from "../ui/useModal";
import { usePreview } from "./store";

/** A drawn button that answers the bot. */
export const REPLY = "button[name=reply]";

/** A menu's rows, over the chat: of a list one is chosen and sent, as a phone does it; other buttons are taps. */
export function Sheet({ menu, onClose }: { menu: HTMLElement; onClose: () => void }) {
  const text = useTexts();
  const rows = useRef<HTMLDivElement>(null);
  const [chosen, choose] = useState<string | null>(null);
  const title = menu.querySelector("summary")?.textContent ?? "";
  const isList = menu.querySelector(".sb-option") !== null;
  const say = usePreview((state) => state.say);
  const { theme } = usePreview((state) => state.view);

  useLayoutEffect(() => {
    const sheet = menu.querySelector(".sb-sheet")?.cloneNode(true) as HTMLElement | undefined;
    sheet?.querySelectorAll<HTMLButtonElement>("button.sb-option").forEach((row) => row.replaceWith(asRadio(row)));
    rows.current?.replaceChildren(...(sheet ? [sheet] : []));
  }, [menu]);
  // Shown when its rows are there.
  const modal = useModal(onClose);

  const answer = (reply: string) => {
    onClose();
    say({ reply });
  };
  const send = (event: FormEvent) => {
    event.preventDefault();
    if (chosen !== null) {
      answer(chosen);
    }
  };
  return (
    <dialog
      {...modal}
      className={theme ? `sheet sb-${theme}` : "sheet"}
      aria-label={title}
      onClick={(event) => {
        const button = (event.target as Element).closest<HTMLButtonElement>(REPLY);
        if (button) {
          event.preventDefault();
          answer(button.value);
        } else if (event.target === modal.ref.current) {
          onClose();
        }
      }}
    >
      <form className="sb-chat" onSubmit={send} onInput={(event) => choose((event.target as unknown as HTMLInputElement).value)}>
        <div className="sheet-head">
          <h3>{title}</h3>
          <button type="button" className="button quiet" onClick={onClose}>
            {text("dialog.close")}
          </button>
        </div>
        <div ref={rows} />
        {isList && (
          <div className="sheet-foot">
            <button className="button primary" disabled={chosen === null}>
              {text("preview.send")}
            </button>
          </div>
        )}
      </form>
    </dialog>
  );
}

/** A drawn row as one of several to choose from, with the same words. */
function asRadio(row: HTMLButtonElement): HTMLElement {
  const label = document.createElement("label");
  label.className = row.className;
  const radio = Object.assign(document.createElement("input"), { type: "radio", name: row.name, value: row.value });
  label.append(radio, ...row.childNodes);
  return label;
}
