import { useNodesInitialized, useReactFlow, useStoreApi } from "@xyflow/react";
import { useEffect, useRef } from "react";

import { useWalk } from "../../preview/useWalk";
import { positionsOf, startOf, stepsOf } from "../document";
import { useDocument, useEditor, useEditorStore } from "../store";
import { arrangeSteps } from "./arranging";
import { fitted } from "./fitting";
import { CARD_WIDTH, MANY } from "./size";

/** Below this scale nobody wants to begin: a bot that does not fit opens at its start, at `OPENING`; so does one in which a conversation has come somewhere. */
const COMFORTABLE = 0.5;
const OPENING = 0.8;

/** Finds places for the steps that have none, when the bot is opened or such steps came in; and shows the bot at first. */
export function useArranging(): void {
  const store = useEditorStore();
  const document = useDocument();
  const { setCenter, setViewport, getNodes, getNodesBounds } = useReactFlow();
  const { current } = useWalk();
  const flow = useStoreApi();
  const arranged = useEditor((state) => state.arranged);
  const isShown = useRef(false);
  const isReady = useNodesInitialized();
  const placed = positionsOf(document);
  const isMissing = [...stepsOf(document).keys()].some((id) => !placed.has(id) && !arranged.has(id));

  useEffect(() => {
    if (!isMissing) {
      return undefined;
    }
    let isStale = false;
    void arrangeSteps(store.getState().history.document).then((positions) => {
      if (!isStale) {
        // What has a place keeps it.
        store.getState().place(new Map([...positions, ...store.getState().arranged]));
      }
    });
    return () => {
      isStale = true;
    };
  }, [isMissing, store]);

  useEffect(() => {
    if (!isReady || isMissing || isShown.current) {
      return;
    }
    isShown.current = true;
    const { history, arranged: computed } = store.getState();
    const placeOf = (id: string) => positionsOf(history.document).get(id) ?? computed.get(id);
    const start = placeOf(startOf(history.document));
    const here = current === null ? undefined : placeOf(current);
    const { width, height } = flow.getState();
    const bounds = getNodesBounds(getNodes());
    const isLarge = stepsOf(history.document).size > MANY || fitted(bounds, { width, height }, 0, start).zoom < COMFORTABLE;
    if (here) {
      void setCenter(here.x + CARD_WIDTH / 2, here.y + CARD_WIDTH / 4, { zoom: OPENING });
    } else if (!start || !isLarge) {
      void setViewport(fitted(bounds, { width, height }, 0, start));
    } else {
      // All of a large bot at once can't be read: it opens at its start.
      void setViewport({ x: CARD_WIDTH / 4 - start.x * OPENING, y: height / 3 - start.y * OPENING, zoom: OPENING });
    }
  }, [isReady, isMissing, store, flow, setCenter, setViewport, getNodes, getNodesBounds]);
}
