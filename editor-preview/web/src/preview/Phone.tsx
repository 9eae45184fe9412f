import { SendHorizontal } from "lucide-react";
import { type FormEvent, useState } from "react";

import { useTexts } from "../i18n/texts";
import { countProblems } from "../editor/problems/order";
import { useEditor } from "../editor/store";
import { Calls } from "./Calls";
import { Chat } from "./Chat";
import { Controls } from "./Controls";
import "./preview.css";
import { usePreview } from "./store";

/** The customer's phone, beside the bot that is edited. */
export function Phone() {
  const text = useTexts();
  const answer = usePreview((state) => state.answer);
  const failure = usePreview((state) => state.failure);
  const isRunning = usePreview((state) => state.isRunning);
  const wasStartedByHand = usePreview((state) => state.wasStartedByHand);
  const hasErrors = countProblems(useEditor((state) => state.diagnostics)).errors > 0;
  return (
    <div className="preview">
      <Controls />
      {failure !== null && (
        <p className="notice error-text" role="alert">
          {text("preview.failed", { reason: failure })}
        </p>
      )}
      {answer && !answer.chat && hasErrors && (
        <p className="notice error-text" role="alert">
          {text("preview.errors")}
        </p>
      )}
      {answer?.error && (
        <p className="notice error-text" role="alert">
          {text("preview.line", { line: answer.error.line + 1, reason: answer.error.message })}
        </p>
      )}
      {wasStartedByHand && <p className="notice">{text("preview.no_trigger")}</p>}
      <div className="phone" aria-busy={isRunning}>
        {answer?.chat && <Chat html={answer.chat.html} />}
        {answer?.chat && answer.turns.length === 0 && <p className="notice phone-hint">{text("preview.hint")}</p>}
        <Calls />
        <Composer />
      </div>
      <p className="muted preview-foot">{text("preview.nothing_is_sent")}</p>
    </div>
  );
}

/** Where the customer writes. */
function Composer() {
  const text = useTexts();
  const say = usePreview((state) => state.say);
  const [written, write] = useState("");
  const send = (event: FormEvent) => {
    event.preventDefault();
    if (written.trim() !== "") {
      say(written);
      write("");
    }
  };
  return (
    <form className="composer" onSubmit={send}>
      <input className="input" value={written} onChange={(event) => write(event.target.value)} placeholder={text("preview.type")} aria-label={text("preview.type")} autoComplete="off" />
      <button className="button primary icon" aria-label={text("preview.send")}>
        <SendHorizontal size={18} aria-hidden />
      </button>
    </form>
  );
}
