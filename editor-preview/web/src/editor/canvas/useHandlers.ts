import type { ReactFlowProps } from "@xyflow/react";
import { type MouseEvent, useMemo } from "react";

import { groupsOf } from "../layout";
import { type EditorState, type MenuOf, useEditorStore } from "../store";
import { DRAG } from "./useChanges";
import { placeOf, type useConnecting } from "./useConnecting";
import type { WayEdge } from "./useEdges";
import type { CanvasNode } from "./useNodes";

type Pointed = MouseEvent | globalThis.MouseEvent;

/**
 * What clicks, menus and drags on the canvas do. Each handler stays the same one while what it needs does: one that is new is taken in by
 * all that is drawn.
 */
export function useHandlers(canEdit: boolean, edges: readonly WayEdge[], { hold, release }: ReturnType<typeof useConnecting>, focusCanvas: () => void): Partial<ReactFlowProps<CanvasNode, WayEdge>> {
  const store = useEditorStore();
  const clicks = useMemo(() => {
    const openMenu = (event: Pointed, of: MenuOf) => {
      event.preventDefault();
      store.getState().ask({ what: "menu", of, at: { x: event.clientX, y: event.clientY } });
    };
    const menus = {
      onNodeContextMenu: (event: MouseEvent, node: CanvasNode) => {
        selectNode(store.getState(), node);
        openMenu(event, node.type === "note" ? "note" : "step");
      },
      onEdgeContextMenu: (event: MouseEvent, { data }: WayEdge) => {
        if (data?.way) {
          store.getState().selectWay(data.way);
          openMenu(event, "way");
        }
      },
      onPaneContextMenu: (event: Pointed) => {
        store.getState().select([]);
        openMenu(event, "canvas");
      },
    };
    return {
      ...(canEdit ? menus : {}),
      onEdgeClick: (_: MouseEvent, { data }: WayEdge) => {
        if (data?.way) {
          store.getState().selectWay(data.way);
          focusCanvas();
        }
      },
      onPaneClick: () => {
        store.getState().select([]);
        focusCanvas();
      },
      onSelectionEnd: focusCanvas,
    };
  }, [store, canEdit, focusCanvas]);
  const drags = useMemo(
    () => ({
      onNodeDrag: (event: globalThis.MouseEvent | TouchEvent, node: CanvasNode, moved: CanvasNode[]) => moved.length === 1 && node.type === "step" && hold(node.id, placeOf(event), edges),
      onNodeDragStop: (_: unknown, node: CanvasNode, moved: CanvasNode[]) => {
        if (moved.length === 1 && node.type === "step") {
          release(node.id, edges, DRAG);
        }
        store.getState().endGesture();
      },
    }),
    [store, edges, hold, release],
  );
  return { ...clicks, ...drags };
}

/** Selects what a card stands for, unless it is selected already. */
export function selectNode(editor: EditorState, { id, type, data }: CanvasNode): void {
  const { history, selected, selectedNotes } = editor;
  const group = type === "frame" || type === "collapsed" ? groupsOf(history.document).find((one) => one.id === data.id) : undefined;
  const steps = group?.steps ?? (type === "step" ? [id] : []);
  const notes = type === "note" ? [data.id] : [];
  if (!steps.every((step) => selected.has(step)) || !notes.every((note) => selectedNotes.has(note)) || editor.way) {
    editor.select(steps, notes);
  }
}
