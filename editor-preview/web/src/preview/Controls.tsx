import { RotateCcw, Undo2 } from "lucide-react";
import { useId } from "react";

import { useLanguage, useTexts } from "../i18n/texts";
import { useEditor } from "../editor/store";
import { download } from "../ui/download";
import { durationUntil } from "./durations";
import { asTest } from "./saving";
import { usePreview, usePreviewStore } from "./store";
import { WindowState } from "./WindowState";

/** Spans that time can pass by. */
const SPANS = ["1m", "1h", "24h"];

/** Above the phone: begin anew, go back, let time pass. */
export function Controls() {
  const text = useTexts();
  const [language] = useLanguage();
  const preview = usePreviewStore();
  const { restart, start, back, pass } = preview.getState();
  const hasLines = usePreview((state) => state.lines.length > 0);
  const answer = usePreview((state) => state.answer);
  const id = useId();
  const clock = new Intl.DateTimeFormat(language, { dateStyle: "medium", timeStyle: "short" });
  const bot = useEditor((state) => state.id);
  const save = () => {
    const { at } = preview.getState();
    if (answer) {
      download(`${bot}.test.json`, asTest(clock.format(new Date(at)), at, answer));
    }
  };
  const untilTimer = answer?.next_timer ? durationUntil(answer.now, answer.next_timer) : null;
  return (
    <div className="preview-controls">
      <button type="button" className="button" onClick={hasLines ? restart : start}>
        <RotateCcw size={16} aria-hidden />
        {text(hasLines ? "preview.restart" : "preview.start")}
      </button>
      <button type="button" className="button" onClick={back} disabled={!hasLines}>
        <Undo2 size={16} aria-hidden />
        {text("preview.back")}
      </button>
      <label className="skip" htmlFor={id}>
        <span className="hidden">{text("preview.skip")}</span>
        <select
          id={id}
          className="input"
          value=""
          onChange={(event) => {
            if (event.target.value !== "") {
              pass(event.target.value);
            }
          }}
        >
          <option value="">{text("preview.skip")}</option>
          {SPANS.map((span) => (
            <option key={span} value={span}>
              {text(`preview.skip_${span}`)}
            </option>
          ))}
          <option value={untilTimer ?? ""} disabled={untilTimer === null}>
            {text("preview.skip_timer")}
          </option>
        </select>
      </label>
      <button type="button" className="button" disabled={!answer?.turns.length} onClick={save}>
        {text("preview.save")}
      </button>
      {answer && (
        <p className="preview-clock muted">
          <time dateTime={answer.now}>{clock.format(new Date(answer.now))}</time>
          <WindowState window={answer.window} now={answer.now} />
        </p>
      )}
    </div>
  );
}
