import { summaryOf } from "../document";
import type { JsonObject } from "../json";
import { shownOutcomes } from "../outcomes";

/** Measures of a card in pixels. They are known before anything is drawn, so that neither layout nor canvas has to measure. */
export const CARD_WIDTH = 248;
export const HEAD = 42;
export const SUMMARY = 44;
export const PORT = 26;
const EDGES = 10;

/** From this many steps on a bot is large: only what is in sight is drawn. */
export const MANY = 200;

/** Room between cards, from left to right and from top to bottom, and around all of them. */
export const GAP = { x: 60, y: 28 };
export const MARGIN = 40;

/** Room between the frame of a group and the cards in it; at the top there is its title. */
export const FRAME = { side: 20, top: 52 };

/** How large the card of a collapsed group is, by the number of its ways out. */
export function collapsedSize(ways: number): { width: number; height: number } {
  return { width: CARD_WIDTH, height: HEAD + PORT * ways + EDGES };
}

/** How large a step's card is. */
export function cardSize(step: JsonObject, selected: boolean): { width: number; height: number } {
  const summary = summaryOf(step) ? SUMMARY : 0;
  return { width: CARD_WIDTH, height: HEAD + summary + PORT * shownOutcomes(step, selected).length + EDGES };
}
