import type { KeyboardEvent } from "react";

import { singleKeys } from "../app/choices";
import { usePreviewStore } from "../preview/store";
import { type Command, COMMANDS } from "./commands";
import { isPressed, isSingleKey } from "./keys";
import { useEditorStore } from "./store";

/** Where a key was pressed: inside of this, letters are text. */
export const WRITING = "input, textarea, select, [contenteditable]";
/** Where single letters are commands. */
const CANVAS = ".canvas";
/** Where the graph is edited: a canvas that is only looked at changes nothing. */
export const GRAPH = `${CANVAS}:not([data-view-only]), .outline-tree`;

/** The editor's keys: some work everywhere, those of one letter on the canvas and in the outline alone. */
export function useKeys(): (event: KeyboardEvent) => void {
  const store = useEditorStore();
  const preview = usePreviewStore();
  return (event) => {
    const editor = store.getState();
    const isOn = (keys: string) => singleKeys.get() === "on" || !isSingleKey(keys);
    const found = COMMANDS.find((command) => command.keys.some((keys) => isPressed(keys, event) && isOn(keys)) && isHeard(command, event.target as Element));
    if (found && !found.clipboard && found.isEnabled(editor)) {
      event.preventDefault();
      found.run(editor, { preview: preview.getState() });
    }
  };
}

function isHeard({ where, yieldsToText }: Command, target: Element): boolean {
  const writes = target.matches(WRITING);
  switch (where) {
    case "anywhere":
      // A field of the bot has the bot's history; any other one has its own.
      return !yieldsToText || !writes || target.matches("[data-path]");
    case "graph":
      return !writes && target.closest(GRAPH) !== null;
    case "canvas":
      return !writes && target.closest(CANVAS) !== null;
  }
}
