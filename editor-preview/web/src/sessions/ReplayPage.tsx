import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { Link } from "wouter";

import { ApiError } from "../api/client";
import { useLive } from "../api/live";
import { type SessionDetail, showSession } from "../api/sessions";
import { Canvas } from "../editor/canvas/Canvas";
import "../editor/editor.css";
import { useDates } from "../i18n/dates";
import { useTexts } from "../i18n/texts";
import { entriesOf } from "../trace/replay";
import { Viewer } from "../trace/Viewer";
import { Loaded } from "../ui/Loaded";
import { Page, useTitle } from "../ui/Page";
import { ChatThen } from "./ChatThen";
import { Playback } from "./Playback";
import { usePlayer } from "./player";
import "./replay.css";
import { SessionState } from "./SessionState";
import { TraceList } from "./TraceList";

/** A session, played again on the version of the bot that ran. */
export function ReplayPage({ id }: { id: string }) {
  const text = useTexts();
  const query = useQuery({ queryKey: ["sessions", id], queryFn: () => showSession(id) });
  useLive(["sessions"]);
  if (query.data) {
    return (
      <Viewer bot={query.data.bot} document={query.data.document ?? {}}>
        <Replay session={query.data} />
      </Viewer>
    );
  }
  const isUnknown = query.error instanceof ApiError && query.error.status === 404;
  return (
    <Page title={text(isUnknown ? "replay.unknown" : "replay.title")} back={{ href: "/sessions", name: text("sessions.back") }}>
      {!isUnknown && <Loaded query={query}>{() => null}</Loaded>}
    </Page>
  );
}

function Replay({ session }: { session: SessionDetail }) {
  const text = useTexts();
  const { moment } = useDates();
  const entries = useMemo(() => entriesOf(session), [session]);
  const player = usePlayer(session, entries);
  const { contact, bot, bot_name, number, version, started } = session;
  const name = contact.name || contact.phone || contact.id;
  useTitle(text("replay.of", { name }));
  return (
    <main className="replay">
      <header className="top-bar">
        <Link href="/sessions">{text("sessions.back")}</Link>
        <h1>{name}</h1>
        <Link href={`/bots/${encodeURIComponent(bot)}/versions/${number ?? version}`}>
          {number ? text("versions.of", { number, name: bot_name || bot }) : bot_name || bot}
        </Link>
        <time className="muted top-bar-rest" dateTime={new Date(started).toISOString()}>
          {moment(started)}
        </time>
        <SessionState session={session} />
      </header>
      <ChatThen session={session.id} position={entries[player.index]?.moment.line} />
      <Canvas canEdit={false} />
      <TraceList entries={entries} index={player.index} onSelect={player.show} />
      <Playback player={player} entries={entries} />
    </main>
  );
}
