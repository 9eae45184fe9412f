import { CircleCheck, CircleDot, CircleX } from "lucide-react";

import type { Session } from "../api/sessions";
import { useTexts } from "../i18n/texts";
import { STATUSES } from "./filters";

/** Whether a session runs, and how it ended. */
export function SessionState({ session: { ended, status, outcome } }: { session: Session }) {
  const text = useTexts();
  if (!ended) {
    return (
      <span className="pill info">
        <CircleDot size={14} aria-hidden />
        {text("sessions.open")}
      </span>
    );
  }
  const isKnown = STATUSES.some((known) => known === status);
  return (
    <span className="state">
      <span className={status === "failed" ? "pill error" : status === "completed" ? "pill ok" : "pill"}>
        {status === "failed" && <CircleX size={14} aria-hidden />}
        {status === "completed" && <CircleCheck size={14} aria-hidden />}
        {isKnown ? text(`sessions.${status}`) : (status ?? text("sessions.ended"))}
      </span>
      {outcome && outcome !== status && <code>{outcome}</code>}
    </span>
  );
}
