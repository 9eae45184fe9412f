import type { Position } from "../document";

/** What commands do with the canvas itself: it shows the document, and holds none of it. */
export interface View {
  /** Shows all of the bot, or some of its steps. */
  fit: (ids?: Iterable<string>) => void;
  zoomBy: (factor: number) => void;
  zoomTo: (zoom: number) => void;
  /** Gives a card the focus, and brings it into sight: a step's by its id, others by `note:` or `group:` and theirs. */
  focus: (id: string) => void;
  /** Brings a card into sight, unless it is: named as for the focus. */
  reveal: (id: string) => void;
  toggleMinimap: () => void;
  /** The place on the canvas under a place in the browser's window. */
  placeAt: (screen: Position) => Position;
  /** The place on the canvas under the pointer; null while that is elsewhere. */
  pointer: () => Position | null;
  /** The place on the canvas in the middle of what is seen of it. */
  middle: () => Position;
}
