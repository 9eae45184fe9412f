import { useQuery } from "@tanstack/react-query";
import { RotateCcw } from "lucide-react";
import { useState } from "react";
import { Link } from "wouter";

import { type BotDetail, showBot } from "../api/bots";
import { showVersion, type VersionDetail } from "../api/versions";
import { nameOf } from "../bots/listing";
import { Canvas } from "../editor/canvas/Canvas";
import "../editor/editor.css";
import { useDates } from "../i18n/dates";
import { useTexts } from "../i18n/texts";
import { StepView } from "../trace/StepView";
import { Viewer } from "../trace/Viewer";
import { Loaded } from "../ui/Loaded";
import { Page, useTitle } from "../ui/Page";
import { RestoreDialog } from "./RestoreDialog";
import "./versions.css";

/** What was published then, as a graph that can't be changed. */
export function VersionPage({ id, number }: { id: string; number: string }) {
  const text = useTexts();
  const bot = useQuery({ queryKey: ["bots", id], queryFn: () => showBot(id) });
  const version = useQuery({ queryKey: ["versions", id, number], queryFn: () => showVersion(id, number) });
  if (bot.data && version.data) {
    return <VersionView bot={bot.data} version={version.data} />;
  }
  return (
    <Page title={text("versions.one", { number })} back={{ href: `/bots/${encodeURIComponent(id)}/versions`, name: text("versions.all") }}>
      <Loaded query={bot}>{() => <Loaded query={version}>{() => null}</Loaded>}</Loaded>
    </Page>
  );
}

function VersionView({ bot, version }: { bot: BotDetail; version: VersionDetail }) {
  const text = useTexts();
  const { moment } = useDates();
  const [isRestoring, restore] = useState(false);
  const { number, at, note, live, document } = version;
  const title = text("versions.of", { number, name: nameOf(bot) });
  useTitle(title);
  return (
    <main className="version-view">
      <header className="top-bar">
        <Link href={`/bots/${encodeURIComponent(bot.id)}/versions`}>{text("versions.all")}</Link>
        <h1>{title}</h1>
        {live && <span className="pill ok">{text("status.live")}</span>}
        <time className="muted" dateTime={new Date(at).toISOString()}>
          {moment(at)}
        </time>
        <span className="muted top-bar-rest">{note}</span>
        <button type="button" className="button" onClick={() => restore(true)}>
          <RotateCcw size={16} aria-hidden />
          {text("versions.restore")}
        </button>
      </header>
      <Viewer bot={bot.id} document={document}>
        <Canvas canEdit={false} />
        <aside className="version-side" aria-label={text("versions.step")}>
          <StepView />
        </aside>
      </Viewer>
      {isRestoring && <RestoreDialog bot={bot} number={number} onClose={() => restore(false)} />}
    </main>
  );
}
