import { TriangleAlert } from "lucide-react";
import { Link } from "wouter";

import type { Finding, Imported } from "../../api/imports";
import { usePhrases, useTexts } from "../../i18n/texts";
import { findingsOf } from "./imports";

/** What an import tells of one bot. Where the bot is saved, each sentence leads to its step. */
export function KommoReport({ report, bot, saved }: { report: Imported["report"]; bot: string; saved?: string | undefined }) {
  const text = useTexts();
  const phrase = usePhrases();
  const { warnings, notes } = findingsOf(report.findings, bot);
  const handlers = Object.entries(report.handlers).map(([name, count]) => `${name} ${count}`);
  return (
    <>
      {warnings.length > 0 ? (
        <>
          <h4>
            <TriangleAlert size={14} className="warn-text" aria-hidden /> {text("kommo.warnings", { count: warnings.length })}
          </h4>
          <ul className="kommo-findings">
            {warnings.map((warning, index) => (
              <li key={`${index} ${warning.place}`}>
                <Told finding={warning} saved={saved} />
              </li>
            ))}
          </ul>
        </>
      ) : (
        <p>{text("kommo.no_warnings")}</p>
      )}
      {notes.length > 0 && (
        <details>
          <summary>{text("kommo.notes", { count: notes.length })}</summary>
          <ul className="kommo-findings">
            {notes.map(({ note, count }) => (
              <li key={note.message}>
                <Told finding={note} saved={saved} /> {count > 1 && <span className="muted">{text("kommo.and_more", { count: count - 1 })}</span>}
              </li>
            ))}
          </ul>
        </details>
      )}
      {report.unconfirmed.length > 0 && (
        <details>
          <summary>{text("kommo.unconfirmed", { count: report.unconfirmed.length })}</summary>
          <ul className="kommo-findings">
            {report.unconfirmed.map((unknown) => (
              <li key={unknown}>{phrase(unknown)}</li>
            ))}
          </ul>
        </details>
      )}
      <details>
        <summary>{text("kommo.handlers")}</summary>
        <p className="muted">{handlers.join(", ")}</p>
      </details>
    </>
  );
}

function Told({ finding: { place, step, message }, saved }: { finding: Finding; saved: string | undefined }) {
  const text = useTexts();
  const phrase = usePhrases();
  const name = step ?? place;
  const at = place === "" ? "" : text("kommo.place", { place });
  return (
    <>
      {name !== "" && (
        <>
          {saved !== undefined && step !== undefined && step !== null ? (
            <Link href={`/bots/${encodeURIComponent(saved)}?step=${encodeURIComponent(step)}`} title={at}>
              {step}
            </Link>
          ) : (
            <code title={at}>{name}</code>
          )}
          {": "}
        </>
      )}
      {phrase(message)}
    </>
  );
}
