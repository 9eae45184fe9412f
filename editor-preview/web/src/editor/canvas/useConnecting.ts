/** Drawing ways with the pointer: from a port to a card or to nothing, an edge's end elsewhere, a card onto an edge. */
import type { Connection, FinalConnectionState, OnConnectEnd } from "@xyflow/react";
import { useCallback, useRef, useState } from "react";

import { openWay } from "../adding";
import { type Position, stepsOf } from "../document";
import { connect, disconnect, type Edit, insertBetween, together } from "../edits";
import { outcomesOf, type Outcome } from "../outcomes";
import { useEditorStore, type Way } from "../store";
import type { WayEdge } from "./useEdges";

/** What the canvas hears of while somebody draws ways. `over` is the edge that the one dragged card would be put into. */
export function useConnecting() {
  const store = useEditorStore();
  const isReconnecting = useRef(false);
  const [over, setOver] = useState<string | null>(null);

  const outcomeOf = useCallback(
    ({ step, outcome }: Way): Outcome | undefined => {
      const found = stepsOf(store.getState().history.document).get(step);
      return found && outcomesOf(found).find(({ id }) => id === outcome);
    },
    [store],
  );
  const connecting = useCallback(
    (way: Way, target: string): Edit | undefined => {
      const outcome = outcomeOf(way);
      return outcome && stepsOf(store.getState().history.document).has(target) ? connect(way.step, outcome, target) : undefined;
    },
    [store, outcomeOf],
  );
  const edit = useCallback((change: Edit | undefined) => change && store.getState().edit(change), [store]);

  const onConnect = useCallback(({ source, sourceHandle, target }: Connection) => edit(connecting({ step: source, outcome: sourceHandle ?? "" }, target)), [edit, connecting]);

  /** Dropped on a card a way leads to it; dropped on nothing it asks for a new step there. */
  const onConnectEnd = useCallback<OnConnectEnd>(
    (event, { toHandle, fromNode, fromHandle }) => {
      if (isReconnecting.current || toHandle || !fromNode || !fromHandle?.id) {
        return;
      }
      drop({ step: fromNode.id, outcome: fromHandle.id }, placeOf(event));
    },
    [store],
  );

  const drop = useCallback(
    (way: Way, at: Position) => {
      const card = stepAt(at);
      if (card === undefined) {
        store.getState().ask({ what: "add", from: way, at });
      } else if (card !== way.step) {
        edit(connecting(way, card));
      }
    },
    [store, edit, connecting],
  );

  const onReconnectStart = useCallback(() => {
    isReconnecting.current = true;
  }, []);

  /** One end of an edge was put on a port: of another step, which it leads to now, or of another way, which leads there instead. */
  const onReconnect = useCallback(
    ({ data }: WayEdge, { source, sourceHandle, target }: Connection) => {
      const before = data?.way;
      const outcome = before && outcomeOf(before);
      const made = connecting({ step: source, outcome: sourceHandle ?? "" }, target);
      if (before && outcome && made) {
        const isSameWay = before.step === source && before.outcome === sourceHandle;
        edit(isSameWay ? made : together(disconnect(before.step, outcome), made));
      }
    },
    [edit, connecting, outcomeOf],
  );

  const onReconnectEnd = useCallback(
    (event: MouseEvent | TouchEvent, { data }: WayEdge, kept: "source" | "target", { toHandle }: FinalConnectionState) => {
      isReconnecting.current = false;
      if (!toHandle && kept === "source" && data?.way) {
        drop(data.way, placeOf(event));
      }
    },
    [drop],
  );

  /** The edge under the pointer that the one card that is dragged can be put into. */
  const hold = useCallback((card: string, at: Position, edges: readonly WayEdge[]) => {
    const found = window.document
      .elementsFromPoint(at.x, at.y)
      .map((element) => element.closest(".react-flow__edge")?.getAttribute("data-id"))
      .flatMap((id) => edges.find((edge) => edge.id === id) ?? [])
      .find(({ source, target, data }) => data?.way && source !== card && target !== card);
    setOver(found?.id ?? null);
  }, []);

  /** Puts the card that was dropped into the edge that it is held over. */
  const release = useCallback(
    (card: string, edges: readonly WayEdge[], gesture: string) => {
      setOver(null);
      const way = edges.find(({ id }) => id === over)?.data?.way;
      const outcome = way && outcomeOf(way);
      if (way && outcome) {
        const editor = store.getState();
        editor.edit(insertBetween({ step: way.step, outcome }, card, openWay(editor, card)?.outcome), gesture);
      }
    },
    [store, outcomeOf, over],
  );

  return { onConnect, onConnectEnd, onReconnectStart, onReconnect, onReconnectEnd, over, hold, release };
}

/** Where the pointer is in the window. */
export function placeOf(event: MouseEvent | TouchEvent): Position {
  const { clientX, clientY } = "changedTouches" in event ? (event.changedTouches[0] ?? { clientX: 0, clientY: 0 }) : event;
  return { x: clientX, y: clientY };
}

/** The step whose card is at a place in the window; what lies behind the canvas's own tools is none. */
function stepAt({ x, y }: Position): string | undefined {
  const element = window.document.elementsFromPoint(x, y).find((one) => one.closest('.react-flow__node[data-id]'));
  return element?.closest(".react-flow__node-step")?.getAttribute("data-id") ?? undefined;
}
