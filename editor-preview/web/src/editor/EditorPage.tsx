import { useQuery } from "@tanstack/react-query";
import { useEffect, useMemo } from "react";
import { useSearchParams } from "wouter";

import { ApiError } from "../api/client";
import { type BotDetail, type Diagnostic, showBot } from "../api/bots";
import { shell } from "../app/shell";
import { useTexts } from "../i18n/texts";
import { later } from "../ui/later";
import { Loaded } from "../ui/Loaded";
import { Page, useTitle } from "../ui/Page";
import { createPreview, PreviewContext } from "../preview/store";
import { autosave } from "./autosave";
import { Canvas } from "./canvas/Canvas";
import { botName, stepsOf } from "./document";
import "./editor.css";
import "./menu.css";
import type { JsonObject } from "./json";
import { Outline } from "./outline/Outline";
import { Panels } from "./panels/Panels";
import { ROOMY, useIsWide, WIDE } from "./panels/useWidth";
import { Problems } from "./problems/Problems";
import { ProblemText } from "./problems/ProblemText";
import { AddStepDialog } from "./AddStepDialog";
import { CommandMenu } from "./CommandMenu";
import { ConnectDialog } from "./ConnectDialog";
import { Notice } from "./Notice";
import { goTo } from "./selection";
import { SidePanel } from "./SidePanel";
import { createEditor, EditorContext, useEditor, useEditorStore } from "./store";
import { TopBar } from "./TopBar";
import { COMMANDS } from "./commands";
import { useClipboard } from "./useClipboard";
import { useCommand } from "./useCommand";
import { useKeys } from "./useKeys";

/** What is opened now and then comes when it is. */
const PublishDialog = later(async () => (await import("./publish/PublishDialog")).PublishDialog);
const OvertakenDialog = later(async () => (await import("./OvertakenDialog")).OvertakenDialog);
const TranslationsDialog = later(async () => (await import("./translations/TranslationsDialog")).TranslationsDialog);

/** A bot, open for editing: its draft, else what is live. */
export function EditorPage({ id }: { id: string }) {
  const text = useTexts();
  // The document is read once: from then on the editor holds what is true, and saves it.
  const query = useQuery({ queryKey: ["bot", id], queryFn: () => showBot(id), staleTime: Infinity, gcTime: 0 });
  const { data, error } = query;
  const document = data?.draft?.document ?? data?.document;
  if (data && document) {
    return <Editor id={id} document={document} bot={data} />;
  }
  const isUnknown = error instanceof ApiError && error.status === 404;
  const title = isUnknown ? text("editor.no_bot", { id }) : data ? text("editor.unreadable", { file: data.file?.split(/[/\\]/).at(-1) ?? id }) : id;
  return (
    <Page title={title} back={{ href: "/bots", name: text("editor.back") }}>
      {!isUnknown && <Loaded query={query}>{({ file, problems }) => <ProblemsOfFile file={file} problems={problems} />}</Loaded>}
    </Page>
  );
}

/** Why there is nothing to show of a file. */
function ProblemsOfFile({ file, problems }: { file: string | null | undefined; problems: readonly Diagnostic[] }) {
  return (
    <>
      {file && (
        <p className="muted">
          <code>{file}</code>
        </p>
      )}
      <ul>
        {problems.map((problem) => (
          <li key={`${problem.code} ${problem.path}`}>
            <ProblemText problem={problem} />
          </li>
        ))}
      </ul>
    </>
  );
}

function Editor({ id, document, bot }: { id: string; document: JsonObject; bot: BotDetail }) {
  const editor = useMemo(() => createEditor(id, document, bot.document ? { document: bot.document, number: bot.number } : null), [id, document, bot]);
  const preview = useMemo(() => createPreview(editor), [editor]);
  useEffect(() => autosave(editor, bot.draft?.at), [editor, bot]);
  useEffect(() => preview.follow(), [preview]);
  return (
    <EditorContext value={editor}>
      <PreviewContext value={preview.store}>
        <EditorLayout />
      </PreviewContext>
    </EditorContext>
  );
}

function EditorLayout() {
  const id = useEditor((state) => state.id);
  const name = useEditor((state) => botName(state.history.document));
  const asking = useEditor((state) => state.asking);
  const chosen = useEditor((state) => state.isOutlineShown);
  const isOvertaken = useEditor((state) => state.saving.state === "overtaken");
  const onKeyDown = useKeys();
  const isRoomy = useIsWide(ROOMY);
  const isWide = useIsWide(WIDE);
  // Where the canvas is only looked at the outline is what the bot is edited by.
  const isOutlineShown = !isRoomy || (chosen ?? isWide);
  useClipboard();
  useOpenEditor();
  usePublishLink();
  useStepLink();
  useTitle(name || id);
  return (
    <Panels isOutlineShown={isOutlineShown} onKeyDown={onKeyDown}>
      <TopBar />
      <Outline isShown={isOutlineShown} canHide={isRoomy} />
      <Canvas canEdit={isRoomy} />
      <SidePanel />
      <Problems />
      {asking?.what === "connect" && <ConnectDialog step={asking.step} outcome={asking.outcome} />}
      {asking?.what === "add" && <AddStepDialog {...asking} />}
      {asking?.what === "menu" && <CommandMenu key={`${asking.at.x} ${asking.at.y}`} of={asking.of} at={asking.at} />}
      {asking?.what === "publish" && <PublishDialog />}
      {asking?.what === "translations" && <TranslationsDialog language={asking.language} />}
      {isOvertaken && <OvertakenDialog />}
      <Notice />
    </Panels>
  );
}

/** Tells the palette what is open. */
function useOpenEditor(): void {
  const store = useEditorStore();
  const run = useCommand();
  useEffect(() => {
    shell.getState().setEditor({ store, commands: COMMANDS, run });
    return () => shell.getState().setEditor(null);
  }, [store, run]);
}

/** An address can ask to publish: the question is open at once. */
function usePublishLink(): void {
  const { ask } = useEditorStore().getState();
  const [search, setSearch] = useSearchParams();
  const isWanted = search.has("publish");
  useEffect(() => {
    if (isWanted) {
      setSearch({}, { replace: true });
      ask({ what: "publish" });
    }
  }, [isWanted, ask, setSearch]);
}

/** An address can name a step: it is selected and seen at once. */
function useStepLink(): void {
  const store = useEditorStore();
  const [search, setSearch] = useSearchParams();
  const wanted = search.get("step");
  const view = useEditor((state) => state.view);
  useEffect(() => {
    if (wanted === null || !view) {
      return;
    }
    setSearch({}, { replace: true });
    const editor = store.getState();
    if (stepsOf(editor.history.document).has(wanted)) {
      goTo(editor, wanted);
    }
  }, [wanted, view, store, setSearch]);
}
