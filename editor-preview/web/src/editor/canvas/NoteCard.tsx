import { type Node, type NodeProps, NodeResizer } from "@xyflow/react";
import { memo } from "react";

import { useTexts } from "../../i18n/texts";
import { changeNote, type Color, SMALLEST_NOTE } from "../layout";
import { useEditor } from "../store";
import { useWriting } from "./writing";

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
  const writing = useWriting({
    what: "note",
    id,
    before,
    change: (words) => (words === before ? null : changeNote(id, { text: words })),
    isEnd: ({ key, ctrlKey, metaKey }) => key === "Enter" && (ctrlKey || metaKey),
  });
  return <textarea className="nodrag nopan nowheel" aria-label={text("note.text")} {...writing} />;
}
