import { Clock, FastForward, Play, RotateCcw, StepForward, Undo2, UserRound, Zap } from "lucide-react";
import { useState } from "react";

import { zoneOf } from "../editor/document";
import { useDocument } from "../editor/store";
import { useLanguage, useTexts } from "../i18n/texts";
import { later } from "../ui/later";
import { durationUntil } from "./durations";
import { AskDialog } from "./AskDialog";
import { Menu } from "./Menu";
import { MoreMenu } from "./MoreMenu";
import { StartDialog } from "./StartDialog";
import { seen, usePreview, usePreviewStore } from "./store";
import { WindowState } from "./WindowState";
import { localTime, momentOf } from "./zones";

const PersonaDialog = later(async () => (await import("./PersonaDialog")).PersonaDialog);

/** Spans that time can pass by. */
const SPANS = ["1m", "1h", "24h"];

/** Above the phone: begin anew, go through the bot step by step, let time pass. */
export function Controls() {
  const text = useTexts();
  const preview = usePreviewStore();
  const { restart, start, back, step, goOn } = preview.getState();
  const hasLines = usePreview((state) => state.lines.length > 0);
  const isPaused = usePreview((state) => state.moment !== null);
  const [isStarting, setStarting] = useState(false);
  return (
    <div className="preview-controls">
      <div className="preview-tools">
        <button type="button" className="button" onClick={hasLines ? restart : start}>
          {hasLines ? <RotateCcw size={16} aria-hidden /> : <Play size={16} aria-hidden />}
          {text(hasLines ? "preview.restart" : "preview.start")}
        </button>
        <Tool name="start.title" icon={Zap} onClick={() => setStarting(true)} />
        <Tool name="preview.back" keys="F9" icon={Undo2} isDisabled={!hasLines} onClick={back} />
        <Tool name="preview.step" keys="F10" icon={StepForward} onClick={step} />
        <Tool name="preview.continue" icon={FastForward} isDisabled={!isPaused} onClick={goOn} />
        <SkipMenu />
        <MoreMenu />
      </div>
      <Standing />
      {isStarting && <StartDialog onClose={() => setStarting(false)} />}
    </div>
  );
}

/** A button that has nothing to do now keeps the focus, so that keys go on to be heard. */
function Tool({ name, keys, icon: Icon, isDisabled = false, onClick }: { name: string; keys?: string; icon: typeof Play; isDisabled?: boolean; onClick: () => void }) {
  const text = useTexts();
  const said = text(name);
  return (
    <button type="button" className="button icon" aria-disabled={isDisabled} aria-label={said} title={keys ? `${said} (${keys})` : said} aria-keyshortcuts={keys} onClick={isDisabled ? undefined : onClick}>
      <Icon size={16} aria-hidden />
    </button>
  );
}

/** Lets time pass: by a span, until something falls due, or to a moment. */
function SkipMenu() {
  const text = useTexts();
  const { pass, open } = usePreviewStore().getState();
  const isOpen = usePreview((state) => state.opened === "skip");
  const answer = usePreview(seen);
  const zone = zoneOf(useDocument());
  const [isAsking, ask] = useState(false);
  const { now, next_timer: timer } = answer ?? {};
  const spans = SPANS.map((span) => ({ id: span, name: text(`preview.skip_${span}`), run: () => pass(span) }));
  const toTimer = { id: "timer", name: text("preview.skip_timer"), isDisabled: !now || !timer, run: () => now && timer && pass(durationUntil(now, timer)) };
  const toDate = { id: "date", name: text("preview.skip_date"), isDisabled: !now, run: () => ask(true) };
  return (
    <>
      <Menu
        isOpen={isOpen}
        onOpenChange={(wanted) => open(wanted ? "skip" : null)}
        trigger={
          <button type="button" className="button icon" aria-label={text("preview.skip")} title={`${text("preview.skip")} (T)`} aria-keyshortcuts="T">
            <Clock size={16} aria-hidden />
          </button>
        }
        sections={[{ commands: [...spans, toTimer, toDate] }]}
      />
      {isAsking && now && (
        <AskDialog
          title={text("preview.skip_date")}
          fields={[{ key: "moment", kind: "moment", initial: localTime(now, zone) }]}
          onDone={({ moment = "" }) => pass(durationUntil(now, momentOf(moment, zone)))}
          onClose={() => ask(false)}
        />
      )}
    </>
  );
}

/** Who writes, what time it is, and how long the bot may still write freely. */
function Standing() {
  const text = useTexts();
  const [language] = useLanguage();
  const answer = usePreview(seen);
  const contact = usePreview((state) => state.contact);
  const [isChoosing, choose] = useState(false);
  const zone = zoneOf(useDocument());
  const clock = new Intl.DateTimeFormat(language, { timeZone: zone, weekday: "short", day: "numeric", month: "short", hour: "numeric", minute: "2-digit", timeZoneName: "short" });
  const name = typeof contact.name === "string" ? contact.name : text("persona.guest");
  return (
    <div className="preview-standing">
      <button type="button" className="persona" onClick={() => choose(true)} title={text("persona.title")}>
        <UserRound size={14} aria-hidden />
        <span className="hidden">{text("persona.title")}: </span>
        <span className="persona-name">{name}</span>
      </button>
      {answer?.now && (
        <time className="muted" dateTime={answer.now} title={text("preview.zone", { zone })}>
          {clock.format(new Date(answer.now))}
        </time>
      )}
      {answer?.now && <WindowState window={answer.window} now={answer.now} />}
      {isChoosing && <PersonaDialog onClose={() => choose(false)} />}
    </div>
  );
}
