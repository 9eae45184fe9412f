import { summaryOf } from "../document";
import type { JsonObject } from "../json";
import { shownOutcomes } from "../outcomes";

/** Measures of a card in pixels. They are known before anything is drawn, so that neither layout nor canvas has to measure. */
export const CARD_WIDTH = 248;
const HEAD = 42;
const SUMMARY = 44;
const PORT = 26;
const EDGES = 10;

/** Room between cards, from left to right and from top to bottom, and around all of them. */
export const GAP = { x: 80, y: 32 };
export const MARGIN = 40;

/** How large a step's card is. */
export function cardSize(step: JsonObject, selected: boolean): { width: number; height: number } {
  const summary = summaryOf(step) ? SUMMARY : 0;
  return { width: CARD_WIDTH, height: HEAD + summary + PORT * shownOutcomes(step, selected).length + EDGES };
}
