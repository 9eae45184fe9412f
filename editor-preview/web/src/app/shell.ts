/** What all pages share: the window that lies over them, and the editor that is open. */
import { useStore } from "zustand";
import { createStore } from "zustand/vanilla";

import type { Command } from "../editor/commands";
import type { EditorStore } from "../editor/store";

/** The editor of the page, for what stands outside of it. */
export interface OpenEditor {
  store: EditorStore;
  commands: readonly Command[];
  run: (command: Command) => void;
}

interface Shell {
  /** The palette, or the sheet of keys. */
  showing: "palette" | "keys" | null;
  editor: OpenEditor | null;
  show: (showing: Shell["showing"]) => void;
  setEditor: (editor: OpenEditor | null) => void;
}

/** One for the whole studio. */
export const shell = createStore<Shell>((set) => ({
  showing: null,
  editor: null,
  show: (showing) => set({ showing }),
  setEditor: (editor) => set({ editor }),
}));

/** Something that all pages share. */
export function useShell<T>(read: (state: Shell) => T): T {
  return useStore(shell, read);
}
