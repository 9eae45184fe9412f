import { type ReactNode, useMemo } from "react";

import type { JsonObject } from "../editor/json";
import { createViewer, EditorContext } from "../editor/store";
import { PreviewContext } from "../preview/store";
import { createReplay } from "./replay";

/** A document that is only shown: the canvas and whatever else reads an editor work inside of it, and change nothing. */
export function Viewer({ bot, document, children }: { bot: string; document: JsonObject; children: ReactNode }) {
  const editor = useMemo(() => createViewer(bot, document), [bot, document]);
  const replay = useMemo(() => createReplay(editor), [editor]);
  return (
    <EditorContext value={editor}>
      <PreviewContext value={replay}>{children}</PreviewContext>
    </EditorContext>
  );
}
