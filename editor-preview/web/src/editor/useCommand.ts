import { useCallback } from "react";

import { usePreviewStore } from "../preview/store";
import type { Command } from "./commands";
import { useEditorStore } from "./store";

/** Gives what runs a command of the open editor, where it can be done. */
export function useCommand(): (command: Command) => void {
  const store = useEditorStore();
  const preview = usePreviewStore();
  return useCallback(
    (command) => {
      if (command.isEnabled(store.getState())) {
        command.run(store.getState(), { preview: preview.getState() });
      }
    },
    [store, preview],
  );
}
