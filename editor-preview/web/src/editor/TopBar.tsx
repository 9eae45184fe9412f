import { Play, Redo2, Undo2, Workflow } from "lucide-react";
import { useDeferredValue, useMemo } from "react";
import { Link } from "wouter";

import { StatusPill } from "../bots/StatusPill";
import { useLanguage, useTexts } from "../i18n/texts";
import { usePreview } from "../preview/store";
import { tidy } from "./canvas/arranging";
import { botName } from "./document";
import { renameBot } from "./edits";
import { isSame, removeAt } from "./json";
import { showErrors, showProblems } from "./problems/opening";
import { countProblems } from "./problems/order";
import { ProblemCount } from "./problems/Problems";
import { useDocument, useEditor, useEditorStore } from "./store";
import { TopMenu } from "./TopMenu";
import { LanguageMenu } from "./translations/LanguageMenu";

/** Above the canvas: which bot it is, whether it is kept, and what is done with the whole of it. */
export function TopBar() {
  const text = useTexts();
  const store = useEditorStore();
  const name = useEditor((state) => botName(state.history.document));
  const canUndo = useEditor((state) => state.history.past.length > 0);
  const canRedo = useEditor((state) => state.history.future.length > 0);
  const { edit, endGesture, undo, redo } = store.getState();
  const start = usePreview((state) => state.start);
  return (
    <header className="top-bar">
      <h1 className="bot-name">
        <input
          aria-label={text("editor.name")}
          value={name}
          placeholder={store.getState().id}
          onChange={(event) => edit(renameBot(event.target.value), "name")}
          onBlur={endGesture}
          data-path="name"
        />
      </h1>
      <LiveState />
      <SavedAt />
      <div className="top-bar-group">
        <button type="button" className="button quiet icon" onClick={undo} disabled={!canUndo} aria-label={text("editor.undo")} title={text("editor.undo")}>
          <Undo2 size={18} aria-hidden />
        </button>
        <button type="button" className="button quiet icon" onClick={redo} disabled={!canRedo} aria-label={text("editor.redo")} title={text("editor.redo")}>
          <Redo2 size={18} aria-hidden />
        </button>
        <button type="button" className="button quiet icon" onClick={() => void tidy(store.getState())} aria-label={text("editor.tidy")} title={text("editor.tidy")}>
          <Workflow size={18} aria-hidden />
        </button>
      </div>
      <LanguageMenu />
      <button type="button" className="button quiet" onClick={() => showProblems(store.getState())} title={text("problems.show")}>
        <ProblemCount />
      </button>
      <button type="button" className="button" onClick={start}>
        <Play size={16} aria-hidden />
        {text("editor.test")}
      </button>
      <PublishButton />
      <TopMenu />
    </header>
  );
}

/** Leads to publishing. While there are errors it says so, and leads to them: a button that can't be pressed tells nobody why. */
function PublishButton() {
  const text = useTexts();
  const store = useEditorStore();
  const { errors } = countProblems(useEditor((state) => state.diagnostics));
  const reason = errors > 0 ? text("publish.errors", { count: errors }) : undefined;
  const press = () => (errors > 0 ? showErrors(store.getState()) : store.getState().ask({ what: "publish" }));
  return (
    <button type="button" className="button primary" aria-disabled={errors > 0} title={reason} onClick={press}>
      {text("editor.publish")}
    </button>
  );
}

/** Whether what is shown is live; where its cards stand on the canvas does not count. It leads to what was live before. */
function LiveState() {
  const text = useTexts();
  // Whole documents are compared: behind the key that changed one.
  const document = useDeferredValue(useDocument());
  const id = useEditor((state) => state.id);
  const live = useEditor((state) => state.live);
  const isLive = useMemo(() => live !== null && isSame(removeAt(document, ["layout"]), removeAt(live.document, ["layout"])), [document, live]);
  return (
    <Link href={`/bots/${encodeURIComponent(id)}/versions`} className="live-state" title={text("bots.versions")}>
      <StatusPill isLive={live !== null} number={live?.number ?? null} hasDraft={!isLive} />
      <span className="hidden">{text("bots.versions")}</span>
    </Link>
  );
}

function SavedAt() {
  const text = useTexts();
  const [language] = useLanguage();
  const saving = useEditor((state) => state.saving);
  const said = () => {
    switch (saving.state) {
      case "unchanged":
        return "";
      case "saved":
        return text("saving.saved", { time: new Intl.DateTimeFormat(language, { timeStyle: "short" }).format(saving.at) });
      default:
        return text(`saving.${saving.state}`);
    }
  };
  return (
    <span className={saving.state === "failed" || saving.state === "overtaken" ? "saved error-text" : "saved muted"} role="status" title={said()}>
      {said()}
    </span>
  );
}
