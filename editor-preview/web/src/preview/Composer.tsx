import { Plus, SendHorizontal } from "lucide-react";
import { type FormEvent, useState } from "react";

import { useTexts } from "../i18n/texts";
import { CUSTOMER_ACTIONS } from "./actions";
import { Menu } from "./Menu";
import { usePreview } from "./store";
import { useAsking } from "./useAsking";

/** Where the customer writes, and chooses what else to send. */
export function Composer() {
  const text = useTexts();
  const say = usePreview((state) => state.say);
  const [written, write] = useState("");
  const { commands, dialog } = useAsking();
  const send = (event: FormEvent) => {
    event.preventDefault();
    if (written.trim() !== "") {
      say(written);
      write("");
    }
  };
  return (
    <>
      <form className="composer" onSubmit={send}>
        <Menu
          trigger={
            <button type="button" className="button quiet icon" aria-label={text("preview.attach")} title={text("preview.attach")}>
              <Plus size={18} aria-hidden />
            </button>
          }
          sections={[{ commands: commands(CUSTOMER_ACTIONS) }]}
        />
        <input className="input" value={written} onChange={(event) => write(event.target.value)} placeholder={text("preview.type")} aria-label={text("preview.type")} autoComplete="off" />
        <button className="button primary icon" aria-label={text("preview.send")}>
          <SendHorizontal size={18} aria-hidden />
        </button>
      </form>
      {dialog}
    </>
  );
}
