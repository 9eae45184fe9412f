import { useInfiniteQuery } from "@tanstack/react-query";
import { Link, useSearchParams } from "wouter";

import { useLive } from "../api/live";
import { listSessions, type Session, type SessionFilter } from "../api/sessions";
import { useDates } from "../i18n/dates";
import { useTexts } from "../i18n/texts";
import { Loaded } from "../ui/Loaded";
import { Page } from "../ui/Page";
import { filterOf } from "./filters";
import { SessionFilters } from "./SessionFilters";
import { SessionState } from "./SessionState";

/** What bots did with customers, the newest first; a row leads to its replay. */
export function SessionsPage() {
  const text = useTexts();
  const [search, setSearch] = useSearchParams();
  const filter = filterOf(search);
  const query = useInfiniteQuery({
    queryKey: ["sessions", filter],
    queryFn: ({ pageParam }) => listSessions(filter, pageParam),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ next }) => next ?? undefined,
    placeholderData: (before) => before,
  });
  useLive(["sessions"]);
  const change = (wanted: SessionFilter) => setSearch(wanted as Record<string, string>, { replace: true });
  return (
    <Page title={text("sessions.title")}>
      <SessionFilters filter={filter} onChange={change} />
      <Loaded query={query}>
        {({ pages }) => {
          const sessions = pages.flatMap((page) => page.sessions);
          return sessions.length > 0 ? (
            <>
              <SessionTable sessions={sessions} />
              {query.hasNextPage && (
                <p className="table-more">
                  <button type="button" className="button" disabled={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
                    {text("sessions.older")}
                  </button>
                </p>
              )}
            </>
          ) : (
            <NoSessions isFiltered={Object.keys(filter).length > 0} />
          );
        }}
      </Loaded>
    </Page>
  );
}

function NoSessions({ isFiltered }: { isFiltered: boolean }) {
  const text = useTexts();
  return (
    <section className="empty">
      <h2>{text(isFiltered ? "sessions.none_found" : "sessions.empty")}</h2>
      {isFiltered ? (
        <Link href="/sessions" className="button">
          {text("sessions.all")}
        </Link>
      ) : (
        <>
          <p className="muted">{text("sessions.empty_more")}</p>
          <Link href="/bots" className="button">
            {text("editor.back")}
          </Link>
        </>
      )}
    </section>
  );
}

function SessionTable({ sessions }: { sessions: readonly Session[] }) {
  const text = useTexts();
  const { moment } = useDates();
  return (
    <table className="table">
      <thead>
        <tr>
          {["contact", "bot", "version", "on", "started", "finished", "state"].map((column) => (
            <th key={column} scope="col">
              {text(`sessions.${column}`)}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {sessions.map((session) => {
          const { id, contact, bot, bot_name, number, version, on, started, ended } = session;
          return (
            <tr key={id}>
              <th scope="row">
                <Link href={`/sessions/${encodeURIComponent(id)}`}>{contact.name || contact.phone || contact.id}</Link>
                {contact.name && contact.phone && <span className="muted table-under">{contact.phone}</span>}
              </th>
              <td>{bot_name || bot}</td>
              <td>{number ? text("versions.one", { number }) : <code>{version.slice(0, 8)}</code>}</td>
              <td>{text(`trigger.${on}`)}</td>
              <td>
                <time dateTime={new Date(started).toISOString()}>{moment(started)}</time>
              </td>
              <td>
                {ended && <time dateTime={new Date(ended).toISOString()}>{moment(ended)}</time>}
              </td>
              <td>
                <SessionState session={session} />
              </td>
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}
