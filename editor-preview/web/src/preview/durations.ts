/** The time from one moment to another as the bot language writes it, in whole seconds and never short of it. */
export function durationUntil(now: string, then: string): string {
  return `${secondsBetween(now, then)}s`;
}

/** Whole seconds from one moment to another; none where it has passed. */
export function secondsBetween(now: string, then: string): number {
  return Math.max(0, Math.ceil((Date.parse(then) - Date.parse(now)) / 1000));
}

/** Seconds as a clock shows them: `23:41:07`. */
export function clockTime(seconds: number): string {
  const parts = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  return parts.map((part) => String(part).padStart(2, "0")).join(":");
}
