import { useQuery } from "@tanstack/react-query";
import { useId } from "react";

import type { BotDetail } from "../api/bots";
import { showVersion, type Version } from "../api/versions";
import type { JsonObject } from "../editor/json";
import { useTexts } from "../i18n/texts";
import { Loaded } from "../ui/Loaded";
import { Diff } from "./Diff";

/** The draft, as one side of a comparison. */
export const DRAFT = "draft";

/** One side of a comparison: a version's number, or the draft. */
export type Side = number | typeof DRAFT;

/** Two documents of a bot beside each other; both can be chosen. */
export function Comparison({ bot, versions, from, to, onCompare }: { bot: BotDetail; versions: readonly Version[]; from: Side; to: Side; onCompare: (from: Side, to: Side) => void }) {
  const text = useTexts();
  const heading = useId();
  const before = useDocumentOf(bot, from);
  const after = useDocumentOf(bot, to);
  return (
    <section className="comparison" aria-labelledby={heading}>
      <div className="filters">
        <h2 id={heading}>{text("compare.title")}</h2>
        <SideChoice label={text("compare.from")} versions={versions} chosen={from} onChoose={(side) => onCompare(side, to)} />
        <SideChoice label={text("compare.to")} versions={versions} chosen={to} onChoose={(side) => onCompare(from, side)} />
      </div>
      <Loaded query={before}>{(old) => <Loaded query={after}>{(now) => <Diff before={old} after={now} />}</Loaded>}</Loaded>
    </section>
  );
}

function SideChoice({ label, versions, chosen, onChoose }: { label: string; versions: readonly Version[]; chosen: Side; onChoose: (side: Side) => void }) {
  const text = useTexts();
  const id = useId();
  return (
    <div className="field">
      <label className="field-label" htmlFor={id}>
        {label}
      </label>
      <select id={id} className="input" value={chosen} onChange={(event) => onChoose(event.target.value === DRAFT ? DRAFT : Number(event.target.value))}>
        <option value={DRAFT}>{text("status.draft")}</option>
        {versions.map(({ number, live }) => (
          <option key={number} value={number}>
            {text(live ? "compare.live" : "versions.one", { number })}
          </option>
        ))}
      </select>
    </div>
  );
}

/** The document of a side. Without a draft of its own the draft is what is live. */
function useDocumentOf(bot: BotDetail, side: Side) {
  const draft = bot.draft?.document ?? bot.document;
  return useQuery<JsonObject>({
    queryKey: ["versions", bot.id, side, side === DRAFT ? draft : null],
    queryFn: async () => (side === DRAFT ? (draft ?? {}) : (await showVersion(bot.id, side)).document),
    staleTime: Infinity,
  });
}
