import { useQuery } from "@tanstack/react-query";
import { useEffect, useMemo } from "react";
import { Link } from "wouter";

import { ApiError } from "../api/client";
import { type BotDetail, showBot } from "../api/bots";
import { useTexts } from "../i18n/texts";
import { createPreview, PreviewContext } from "../preview/store";
import { autosave } from "./autosave";
import { Canvas } from "./canvas/Canvas";
import { botName } from "./document";
import "./editor.css";
import "./menu.css";
import type { JsonObject } from "./json";
import { Outline } from "./outline/Outline";
import { Panels } from "./panels/Panels";
import { ROOMY, useIsWide, WIDE } from "./panels/useWidth";
import { Problems } from "./problems/Problems";
import { AddStepDialog } from "./AddStepDialog";
import { CommandMenu } from "./CommandMenu";
import { ConnectDialog } from "./ConnectDialog";
import { Notice } from "./Notice";
import { PublishDialog } from "./PublishDialog";
import { SidePanel } from "./SidePanel";
import { createEditor, EditorContext, useDocument, useEditor } from "./store";
import { TopBar } from "./TopBar";
import { useClipboard } from "./useClipboard";
import { useKeys } from "./useKeys";

/** A bot, open for editing: its draft, else what is live. */
export function EditorPage({ id }: { id: string }) {
  const text = useTexts();
  // The document is read once: from then on the editor holds what is true, and saves it.
  const { data, error } = useQuery({ queryKey: ["bot", id], queryFn: () => showBot(id), staleTime: Infinity, gcTime: 0 });
  const document = data?.draft?.document ?? data?.document;
  if (document) {
    return <Editor id={id} document={document} live={data?.document ?? null} />;
  }
  return (
    <main className="page">
      <div className="page-narrow">
        {error ? (
          <>
            <h1>{text(error instanceof ApiError && error.status === 404 ? "editor.no_bot" : "page.failed", { id })}</h1>
            <p role="alert">{error.message}</p>
          </>
        ) : (
          data && <UnreadableBot bot={data} />
        )}
        <p>
          <Link href="/bots">{text("editor.back")}</Link>
        </p>
      </div>
    </main>
  );
}

/** A bot of which there is nothing but a file that is wrong. */
function UnreadableBot({ bot }: { bot: BotDetail }) {
  const text = useTexts();
  return (
    <>
      <h1>{text("editor.unreadable", { file: bot.file ?? bot.id })}</h1>
      <ul>
        {bot.problems.map((problem) => (
          <li key={`${problem.code} ${problem.path}`}>{problem.message}</li>
        ))}
      </ul>
    </>
  );
}

function Editor({ id, document, live }: { id: string; document: JsonObject; live: JsonObject | null }) {
  const editor = useMemo(() => createEditor(id, document, live), [id, document, live]);
  const preview = useMemo(() => createPreview(editor), [editor]);
  useEffect(() => autosave(editor), [editor]);
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
  const name = botName(useDocument());
  const asking = useEditor((state) => state.asking);
  const chosen = useEditor((state) => state.isOutlineShown);
  const onKeyDown = useKeys();
  const isRoomy = useIsWide(ROOMY);
  const isWide = useIsWide(WIDE);
  // Where the canvas is only looked at the outline is what the bot is edited by.
  const isOutlineShown = !isRoomy || (chosen ?? isWide);
  useClipboard();
  useEffect(() => {
    document.title = `${name || id} – Salesbot`;
  }, [name, id]);
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
      <Notice />
    </Panels>
  );
}
