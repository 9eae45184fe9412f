import { useEffect } from "react";

import { theme } from "../app/choices";
import { useLanguage, usePhrases, useTexts } from "../i18n/texts";
import { countProblems } from "../editor/problems/order";
import { useEditor } from "../editor/store";
import { useReason } from "../ui/Loaded";
import { Asked } from "./Asked";
import "./asking.css";
import { Calls } from "./Calls";
import { Chat } from "./Chat";
import { Composer } from "./Composer";
import { Controls } from "./Controls";
import { OpenForm } from "./OpenForm";
import { Pause } from "./Pause";
import "./preview.css";
import { seen, usePreview, wasStartedByHand } from "./store";

/** The customer's phone, beside the bot that is edited. */
export function Phone() {
  const text = useTexts();
  const phrases = usePhrases();
  const reason = useReason();
  const answer = usePreview(seen);
  const failure = usePreview((state) => state.failure);
  const isRunning = usePreview((state) => state.isRunning);
  const test = usePreview((state) => state.test);
  const language = useLanguage()[0];
  const speak = usePreview((state) => state.speak);
  useEffect(() => speak(language), [speak, language]);
  const isByHand = usePreview(wasStartedByHand);
  const { width, theme: own } = usePreview((state) => state.view);
  const studio = theme.use();
  const colors = own ?? (studio === "system" ? null : studio);
  const hasErrors = countProblems(useEditor((state) => state.diagnostics)).errors > 0;
  return (
    <div className="preview">
      <Controls />
      {failure !== null && (
        <p className="preview-note error-text" role="alert">
          {text("preview.failed", { reason: reason(failure) })}
        </p>
      )}
      {answer && !answer.chat && hasErrors && (
        <p className="preview-note error-text" role="alert">
          {text("preview.errors")}
        </p>
      )}
      {answer?.error && (
        <p className="preview-note error-text" role="alert">
          {text("preview.line", { line: answer.error.line + 1, reason: phrases(answer.error.message) })}
        </p>
      )}
      {test && (
        <p className="preview-note">
          {test.message === null ? text("test.opened", { name: test.name }) : text("test.opened_failed", { name: test.name, reason: phrases(test.message) })}
        </p>
      )}
      {isByHand && <p className="preview-note">{text("preview.no_trigger")}</p>}
      <Pause />
      <div className={colors ? `phone sb-${colors}` : "phone"} aria-busy={isRunning} data-width={width ?? undefined}>
        {answer?.chat && <Chat html={answer.chat.html} />}
        {answer?.chat && answer.turns.length === 0 && <p className="preview-note phone-hint">{text("preview.hint")}</p>}
        <Calls />
        <OpenForm />
        <Composer />
      </div>
      <Asked />
      <p className="muted preview-foot">{text("preview.nothing_is_sent")}</p>
    </div>
  );
}
