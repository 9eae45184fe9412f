import type { PreviewWindow } from "../api/previews";
import { useTexts } from "../i18n/texts";
import { clockTime, secondsBetween } from "./durations";

/** From here on a window is nearly closed. */
const SOON_SECONDS = 4 * 3600;

/** How long the customer service window is still open, by the preview's clock. */
export function WindowState({ window, now }: { window: PreviewWindow | null | undefined; now: string }) {
  const text = useTexts();
  if (!window?.open || !window.closes_at) {
    return <span className="pill error">{text("window.closed")}</span>;
  }
  const left = secondsBetween(now, window.closes_at);
  return <span className={left > SOON_SECONDS ? "pill ok" : "pill warn"}>{text("window.open", { left: clockTime(left) })}</span>;
}
