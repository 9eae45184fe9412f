import { type Rect, useReactFlow, useStoreApi, type Viewport } from "@xyflow/react";
import { type RefObject, useEffect, useRef } from "react";

import { type Position, startOf, stepsOf } from "../document";
import { groupOf } from "../layout";
import { placesOf } from "../selection";
import { type EditorState, useEditorStore } from "../store";
import { fitted, leastScale, PADDING } from "./fitting";

/** How many frames a card has to be drawn in after the canvas was moved to it. */
const FRAMES = 20;
/** The smallest scale at which a card is shown that somebody asked for. */
const READABLE = 0.6;

/** The viewport that shows a bot as a whole. */
function wholeOf(editor: EditorState, bounds: Rect, canvas: { width: number; height: number }): Viewport {
  const { document } = editor.history;
  const start = placesOf(editor).get(startOf(document));
  return fitted(bounds, canvas, leastScale(stepsOf(document).size), start);
}

/** Gives commands the canvas, while it is shown, and gives back how a card is brought into sight. */
export function useView(canvas: RefObject<HTMLElement | null>, toggleMinimap: () => void): (node: string) => void {
  const store = useEditorStore();
  const flow = useReactFlow();
  const flowStore = useStoreApi();
  const pointer = useRef<Position | null>(null);

  const reveal = (id: string) => {
    const node = flow.getNode(id);
    const { width, height } = flowStore.getState();
    if (!node || width === 0) {
      return;
    }
    const { x, y, zoom } = flow.getViewport();
    const [left, top] = [node.position.x * zoom + x, node.position.y * zoom + y];
    const isInSight = left >= 0 && top >= 0 && left + (node.width ?? 0) * zoom <= width && top + (node.height ?? 0) * zoom <= height;
    if (!isInSight) {
      void flow.setCenter(node.position.x + (node.width ?? 0) / 2, node.position.y + (node.height ?? 0) / 2, { zoom: Math.max(zoom, READABLE) });
    }
  };

  useEffect(() => {
    const middle = () => {
      const box = canvas.current?.getBoundingClientRect();
      return flow.screenToFlowPosition(box ? { x: box.x + box.width / 2, y: box.y + box.height / 2 } : { x: 0, y: 0 });
    };
    store.getState().setView({
      fit: (ids) => {
        const editor = store.getState();
        if (!ids) {
          void flow.setViewport(wholeOf(editor, flow.getNodesBounds(flow.getNodes()), flowStore.getState()));
          return;
        }
        // A step that is hidden in a group is shown by the group's card.
        const shown = new Set([...ids].map((id) => (flow.getNode(id) ? id : `group:${groupOf(editor.history.document, id)?.id}`)));
        void flow.fitView({ maxZoom: 1, padding: PADDING, nodes: [...shown].map((id) => ({ id })) });
      },
      zoomBy: (factor) => void flow.zoomTo(flow.getZoom() * factor),
      zoomTo: (zoom) => void flow.zoomTo(zoom),
      focus: (id) => {
        const seek = (frames: number) => {
          const element = canvas.current?.querySelector<HTMLElement>(`.react-flow__node[data-id="${CSS.escape(id)}"]`);
          if (element) {
            element.focus({ preventScroll: true });
          } else if (frames > 0) {
            requestAnimationFrame(() => seek(frames - 1));
          }
        };
        reveal(id);
        seek(FRAMES);
      },
      reveal,
      toggleMinimap,
      placeAt: (screen) => flow.screenToFlowPosition(screen),
      pointer: () => pointer.current && flow.screenToFlowPosition(pointer.current),
      middle,
    });
    return () => store.getState().setView(null);
  }, [store, flow, flowStore, canvas, toggleMinimap]);

  useEffect(() => {
    const element = canvas.current;
    const enter = ({ clientX, clientY }: PointerEvent) => {
      pointer.current = { x: clientX, y: clientY };
    };
    const leave = () => {
      pointer.current = null;
    };
    element?.addEventListener("pointermove", enter);
    element?.addEventListener("pointerleave", leave);
    return () => {
      element?.removeEventListener("pointermove", enter);
      element?.removeEventListener("pointerleave", leave);
    };
  }, [canvas]);

  return reveal;
}
