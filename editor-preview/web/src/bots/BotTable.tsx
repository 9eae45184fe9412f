import { ArrowDown, ArrowUp, CircleCheck, CircleX, TriangleAlert } from "lucide-react";
import { Link } from "wouter";

import type { BotSummary } from "../api/bots";
import { useLanguage, useTexts } from "../i18n/texts";
import { BotMenu } from "./BotMenu";
import type { NewDocument } from "./creating";
import { type Column, nameOf, type Order } from "./listing";
import { StatusPill } from "./StatusPill";

/** How the cells of a column are, where they are not as the others. */
const SHAPES: Readonly<Record<string, string>> = { sessions: "is-number", file: "is-extra" };

/** The columns, from the left; some can be ordered by. */
const COLUMNS: readonly { id: string; order?: Column }[] = [
  { id: "name", order: "name" },
  { id: "status", order: "status" },
  { id: "triggers" },
  { id: "problems", order: "problems" },
  { id: "sessions", order: "sessions" },
  { id: "file" },
];

/** The bots, one a line. */
export function BotTable({ bots, order, onOrder, onCreate }: { bots: readonly BotSummary[]; order: Order; onOrder: (by: Column) => void; onCreate: (bot: NewDocument) => void }) {
  const text = useTexts();
  return (
    <table className="table">
      <thead>
        <tr>
          {COLUMNS.map(({ id, order: by }) => (
            <th key={id} scope="col" aria-sort={by === order.by ? (order.descending ? "descending" : "ascending") : undefined} className={SHAPES[id]}>
              {by ? <OrderButton name={text(`bots.${id}`)} order={by === order.by ? order : null} onClick={() => onOrder(by)} /> : text(`bots.${id}`)}
            </th>
          ))}
          <th scope="col">
            <span className="hidden">{text("bots.menus")}</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {bots.map((bot) => (
          <BotRow key={bot.id} bot={bot} onCreate={onCreate} />
        ))}
      </tbody>
    </table>
  );
}

/** The head of a column; it orders the list. */
function OrderButton({ name, order, onClick }: { name: string; order: Order | null; onClick: () => void }) {
  const Arrow = order?.descending ? ArrowDown : ArrowUp;
  return (
    <button type="button" className="table-order" onClick={onClick}>
      {name}
      <Arrow size={14} aria-hidden className={order ? "" : "is-unused"} />
    </button>
  );
}

function BotRow({ bot, onCreate }: { bot: BotSummary; onCreate: (bot: NewDocument) => void }) {
  const text = useTexts();
  const [language] = useLanguage();
  const path = `/bots/${encodeURIComponent(bot.id)}`;
  const triggers = [...new Set(bot.triggers)].map((trigger) => text(`trigger.${trigger}`)).join(", ");
  return (
    <tr>
      <th scope="row">
        <Link href={path}>{nameOf(bot)}</Link>
        <code className="muted">{bot.id}</code>
      </th>
      <td>
        <StatusPill isLive={Boolean(bot.version)} number={bot.number} hasDraft={bot.has_draft} />
      </td>
      <td>{triggers || <span className="muted">{text("bots.no_trigger")}</span>}</td>
      <td>
        <ProblemState errors={bot.errors} warnings={bot.warnings} />
      </td>
      <td className="is-number">
        <Link href={`/sessions?bot=${encodeURIComponent(bot.id)}`} aria-label={text("bots.sessions_of", { count: bot.sessions_7d })}>
          {new Intl.NumberFormat(language).format(bot.sessions_7d)}
        </Link>
      </td>
      <td className={SHAPES.file}>{bot.file ? <code title={bot.file}>{bot.file.split("/").at(-1)}</code> : <span className="muted">{text("bots.no_file")}</span>}</td>
      <td className="table-menu">
        <BotMenu bot={bot} onCreate={onCreate} />
      </td>
    </tr>
  );
}

/** What is wrong with a bot, in words and with a sign. */
function ProblemState({ errors, warnings }: { errors: number; warnings: number }) {
  const text = useTexts();
  if (errors + warnings === 0) {
    return (
      <span className="state muted">
        <CircleCheck size={16} aria-hidden />
        {text("bots.no_problems")}
      </span>
    );
  }
  return (
    <span className="state">
      {errors > 0 && (
        <span className="state error-text">
          <CircleX size={16} aria-hidden />
          {text("problems.errors", { count: errors })}
        </span>
      )}
      {warnings > 0 && (
        <span className="state warn-text">
          <TriangleAlert size={16} aria-hidden />
          {text("problems.warnings", { count: warnings })}
        </span>
      )}
    </span>
  );
}
