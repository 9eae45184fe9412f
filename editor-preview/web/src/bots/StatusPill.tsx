import { useTexts } from "../i18n/texts";

/** Whether customers can meet a bot, and whether there is more to publish. */
export function StatusPill({ isLive, number, hasDraft }: { isLive: boolean; number: number | null | undefined; hasDraft: boolean }) {
  const text = useTexts();
  const suffix = number == null ? "" : "_number";
  if (!isLive) {
    return <span className="pill">{text("status.draft")}</span>;
  }
  if (hasDraft) {
    return <span className="pill warn">{text(`status.draft_and_live${suffix}`, { number })}</span>;
  }
  return <span className="pill ok">{text(`status.live${suffix}`, { number })}</span>;
}
