import { Eye, GitCompareArrows, RotateCcw } from "lucide-react";
import { useState } from "react";
import { Link } from "wouter";

import type { BotDetail } from "../api/bots";
import type { Version } from "../api/versions";
import { useDates } from "../i18n/dates";
import { useTexts } from "../i18n/texts";
import { RestoreDialog } from "./RestoreDialog";

/** A bot's publications, the newest first. */
export function VersionTable({ bot, versions, onCompare }: { bot: BotDetail; versions: readonly Version[]; onCompare: (number: number) => void }) {
  const text = useTexts();
  const { moment } = useDates();
  const [restoring, restore] = useState<number | null>(null);
  const path = `/bots/${encodeURIComponent(bot.id)}/versions`;
  return (
    <>
      <table className="table">
        <thead>
          <tr>
            <th scope="col">{text("versions.number")}</th>
            <th scope="col">{text("versions.at")}</th>
            <th scope="col">{text("versions.note")}</th>
            <th scope="col" className="is-number">
              {text("versions.open_sessions")}
            </th>
            <th scope="col">
              <span className="hidden">{text("bots.menus")}</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {versions.map(({ number, version, at, note, live, open_sessions }) => (
            <tr key={number}>
              <th scope="row">
                <span className="state">
                  <Link href={`${path}/${number}`}>{text("versions.one", { number })}</Link>
                  {live && <span className="pill ok">{text("status.live")}</span>}
                </span>
              </th>
              <td>
                <time dateTime={new Date(at).toISOString()}>{moment(at)}</time>
              </td>
              <td className="version-note">{note ?? <span className="muted">{text("versions.no_note")}</span>}</td>
              <td className="is-number">
                <Link
                  href={`/sessions?bot=${encodeURIComponent(bot.id)}&version=${encodeURIComponent(version)}&state=open`}
                  aria-label={text("versions.sessions_of", { count: open_sessions, number })}
                >
                  {open_sessions}
                </Link>
              </td>
              <td className="table-menu">
                <Link href={`${path}/${number}`} className="button quiet" aria-label={text("versions.view_one", { number })}>
                  <Eye size={16} aria-hidden />
                  {text("versions.view")}
                </Link>
                <button type="button" className="button quiet" onClick={() => onCompare(number)} aria-label={text("versions.compare_one", { number })}>
                  <GitCompareArrows size={16} aria-hidden />
                  {text("versions.compare")}
                </button>
                <button type="button" className="button quiet" onClick={() => restore(number)} aria-label={text("versions.restore_one", { number })}>
                  <RotateCcw size={16} aria-hidden />
                  {text("versions.restore")}
                </button>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {restoring !== null && <RestoreDialog bot={bot} number={restoring} onClose={() => restore(null)} />}
    </>
  );
}
