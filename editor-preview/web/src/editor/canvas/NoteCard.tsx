import { type Node, type NodeProps, NodeResizer } from "@xyflow/react";
import { memo, useState } from "react";

import { useTexts } from "../../i18n/texts";
import { changeNote, type Color, SMALLEST_NOTE } from "../layout";
import { useEditor, useEditorStore } from "../store";

export type NoteNode = Node<{ id: string; text: string; color: Color }, "note">;

/** A text on the canvas. It is written where it stands. */
export const NoteCard = memo(function NoteCard({ data, selected }: NodeProps<NoteNode>) {
  const text = useTexts();
  const isWritten = useEditor(({ asking }) => asking?.what === "note" && asking.id === data.id);
  return (
    <>
      <NodeResizer isVisible={selected && !isWritten} minWidth={SMALLEST_NOTE.width} minHeight={SMALLEST_NOTE.height} />
      <div className="canvas-note" data-color={data.color}>
        {isWritten ? <Writing id={data.id} before={data.text} /> : <p className={data.text.trim() === "" ? "muted" : undefined}>{data.text.trim() || text("note.empty")}</p>}
      </div>
    </>
  );
});

function Writing({ id, before }: { id: string; before: string }) {
  const text = useTexts();
  const store = useEditorStore();
  const [written, write] = useState(before);
  const keep = () => {
    const { edit, endGesture, ask } = store.getState();
    if (written !== before) {
      // A new note and its words are undone together.
      edit(changeNote(id, { text: written }), `note ${id}`);
    }
    endGesture();
    ask(null);
  };
  return (
    <textarea
      className="nodrag nopan nowheel"
      aria-label={text("note.text")}
      value={written}
      autoFocus
      onChange={(event) => write(event.target.value)}
      onBlur={keep}
      onKeyDown={(event) => {
        event.stopPropagation();
        if (event.key === "Escape" || (event.key === "Enter" && (event.ctrlKey || event.metaKey))) {
          event.preventDefault();
          store.getState().view?.focus(`note:${id}`);
        }
      }}
    />
  );
}
