import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { Link } from "wouter";

import { ApiError } from "../api/client";
import { useLive } from "../api/live";
import { type SessionDetail, showSession } from "../api/sessions";
import { Canvas } from "../editor/canvas/Canvas";
import { zoneOf } from "../editor/document";
import "../editor/editor.css";
import { useDocument } from "../editor/store";
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
  const { moment } = useDates(zoneOf(useDocument()));
  const entries = useMemo(() => entriesOf(session), [session]);
  const player = usePlayer(session, entries);
  const { contact, bot, bot_name, number, version, started, document } = session;
  const name = contact.name || contact.phone || contact.id;
  const ran = number ? text("versions.of", { number, name: bot_name || bot }) : bot_name || bot;
  useTitle(text("replay.of", { name }));
  return (
    <main className="replay">
      <header className="top-bar">
        <Link href="/sessions">{text("sessions.back")}</Link>
        <h1 className="top-bar-rest">{name}</h1>
        {document ? <Link href={`/bots/${encodeURIComponent(bot)}/versions/${number ?? version}`}>{ran}</Link> : <span>{ran}</span>}
        <time className="muted" dateTime={new Date(started).toISOString()}>
          {moment(started)}
        </time>
        <SessionState session={session} />
      </header>
      <ChatThen session={session.id} position={entries[player.index]?.moment.line} />
      {document ? <Canvas canEdit={false} /> : <NoGraph />}
      <TraceList entries={entries} index={player.index} onSelect={player.show} />
      <Playback player={player} entries={entries} />
    </main>
  );
}

/** In the place of the graph: the version that ran is not kept any more. */
function NoGraph() {
  const text = useTexts();
  return (
    <section className="no-graph">
      <h2>{text("replay.no_graph")}</h2>
      <p className="muted">{text("replay.no_graph_more")}</p>
    </section>
  );
}
