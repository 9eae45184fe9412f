import { Panel } from "@xyflow/react";
import { X } from "lucide-react";
import { useState } from "react";

import { useTexts } from "../../i18n/texts";
import { usePreviewStore } from "../../preview/store";
import { commandOf } from "../commands";
import { stepsOf } from "../document";
import { groupsOf } from "../layout";
import { useDocument, useEditor, useEditorStore } from "../store";

/** From this many cards on nobody finds their way on the canvas any more. */
const TOO_MANY = 300;

/** Says that a bot has too many steps for one canvas, and what helps. */
export function TooManySteps() {
  const text = useTexts();
  const store = useEditorStore();
  const preview = usePreviewStore();
  const document = useDocument();
  const [isClosed, close] = useState(false);
  const { isEnabled, run } = commandOf("group");
  const canGroup = useEditor(isEnabled);
  const hidden = groupsOf(document).reduce((sum, { collapsed, steps }) => sum + (collapsed ? steps.length : 0), 0);
  const shown = stepsOf(document).size - hidden;
  if (isClosed || shown <= TOO_MANY) {
    return null;
  }
  return (
    <Panel position="top-center" className="too-many">
      <span>{text("canvas.too_many", { count: shown })}</span>
      <button type="button" className="button" disabled={!canGroup} onClick={() => run(store.getState(), { preview: preview.getState() })}>
        {text("canvas.group_selection")}
      </button>
      <button type="button" className="button quiet icon" aria-label={text("canvas.too_many_close")} title={text("canvas.too_many_close")} onClick={() => close(true)}>
        <X size={16} aria-hidden />
      </button>
    </Panel>
  );
}
