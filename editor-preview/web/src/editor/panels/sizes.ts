/** How large the panels are. People set it by themselves, and find it so the next time. */

/** The panels that can be made larger or smaller. */
export type Panel = "outline" | "side" | "problems";

export type Sizes = Readonly<Record<Panel, number>>;

/** In pixels: as they come, and how small and large each can be. The window sets a limit, too: the canvas keeps room. */
export const LIMITS: Readonly<Record<Panel, { usual: number; least: number; most: number }>> = {
  outline: { usual: 236, least: 160, most: 480 },
  side: { usual: 392, least: 300, most: 680 },
  problems: { usual: 200, least: 96, most: 560 },
};

/** Where they are kept, in this browser. */
const KEY = "salesbot.panels";

/** The sizes that were kept; the usual ones for what was not, or can't be. */
export function keptSizes(): Sizes {
  const kept = read();
  return {
    outline: within("outline", kept.outline),
    side: within("side", kept.side),
    problems: within("problems", kept.problems),
  };
}

/** Keeps sizes for the next time. */
export function keepSizes(sizes: Sizes): void {
  localStorage.setItem(KEY, JSON.stringify(sizes));
}

/** A size as a panel can have it. */
export function within(panel: Panel, size: unknown): number {
  const { usual, least, most } = LIMITS[panel];
  return typeof size === "number" && Number.isFinite(size) ? Math.round(Math.min(most, Math.max(least, size))) : usual;
}

function read(): Partial<Record<Panel, unknown>> {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(KEY) ?? "{}");
    return typeof kept === "object" && kept !== null ? kept : {};
  } catch {
    return {};
  }
}
