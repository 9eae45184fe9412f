import { CircleX, TriangleAlert } from "lucide-react";
import { Link } from "wouter";

import type { BotSummary } from "../api/bots";
import { countProblems } from "../editor/problems/order";
import { useTexts } from "../i18n/texts";

/** The bots, one a line. */
export function BotTable({ bots }: { bots: readonly BotSummary[] }) {
  const text = useTexts();
  return (
    <table className="bots">
      <thead>
        <tr>
          <th scope="col">{text("bots.name")}</th>
          <th scope="col">{text("bots.status")}</th>
          <th scope="col">{text("bots.triggers")}</th>
        </tr>
      </thead>
      <tbody>
        {bots.map((bot) => (
          <tr key={bot.id}>
            <th scope="row">
              <Link href={`/bots/${encodeURIComponent(bot.id)}`}>{bot.name || bot.id}</Link>
              <code className="muted">{bot.id}</code>
            </th>
            <td>
              <Status bot={bot} />
            </td>
            <td>{bot.triggers.length > 0 ? [...new Set(bot.triggers)].map((trigger) => text(`trigger.${trigger}`)).join(", ") : <span className="muted">{text("bots.no_trigger")}</span>}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** Whether customers can meet the bot, and what is wrong with its file. */
function Status({ bot }: { bot: BotSummary }) {
  const text = useTexts();
  const hasErrors = countProblems(bot.problems).errors > 0;
  return (
    <span className="actions">
      {bot.version ? <span className="pill ok">{text("status.live")}</span> : null}
      {bot.has_draft || !bot.version ? <span className="pill">{text("status.draft")}</span> : null}
      {bot.problems.length > 0 && (
        <span className={hasErrors ? "pill error" : "pill warn"}>
          {hasErrors ? <CircleX size={14} aria-hidden /> : <TriangleAlert size={14} aria-hidden />}
          {text("bots.problems", { count: bot.problems.length })}
        </span>
      )}
    </span>
  );
}
