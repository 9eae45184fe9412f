import { Background, ControlButton, Controls, MiniMap, ReactFlow, ReactFlowProvider, useStore } from "@xyflow/react";
import "@xyflow/react/dist/style.css";
import { Maximize } from "lucide-react";
import { type FocusEvent, type MouseEvent, useCallback, useEffect, useMemo, useRef, useState } from "react";

import { theme } from "../../app/choices";
import { useTexts } from "../../i18n/texts";
import { usePreview } from "../../preview/store";
import { useWalk } from "../../preview/useWalk";
import { stepsOf } from "../document";
import { kindNamed } from "../kinds";
import { useEditor, useEditorStore } from "../store";
import { useKeptFocus } from "../useKeptFocus";
import "./canvas.css";
import "./layout.css";
import { distanceOf } from "./fitting";
import { CollapsedGroup, GroupFrame } from "./GroupCards";
import { NoteCard } from "./NoteCard";
import { MANY } from "./size";
import { StepCard } from "./StepCard";
import { TooManySteps } from "./TooManySteps";
import { useArranging } from "./useArranging";
import { useChanges } from "./useChanges";
import { useConnecting } from "./useConnecting";
import { useEdges, type WayEdge } from "./useEdges";
import { selectNode, useHandlers } from "./useHandlers";
import { type CanvasNode, useNodes } from "./useNodes";
import { useView } from "./useView";

const NODE_TYPES = { step: StepCard, note: NoteCard, frame: GroupFrame, collapsed: CollapsedGroup };
/** From this many steps on there is no minimap: it draws all of them. */
const TOO_MANY_FOR_MINIMAP = 500;
/** The keys that add to what is selected. */
const MORE_KEYS = ["Shift", "Meta", "Control"];

/** The bot as a graph. Where there is little room it is only looked at. */
export function Canvas({ canEdit }: { canEdit: boolean }) {
  return (
    <ReactFlowProvider>
      <Graph canEdit={canEdit} />
    </ReactFlowProvider>
  );
}

function Graph({ canEdit }: { canEdit: boolean }) {
  const text = useTexts();
  const store = useEditorStore();
  const section = useRef<HTMLElement>(null);
  const [isMinimapShown, showMinimap] = useState(true);
  const distance = useStore(({ transform }) => distanceOf(transform[2]));
  const connecting = useConnecting();
  const { dragged, onNodesChange } = useChanges();
  const nodes = useNodes(dragged);
  const edges = useEdges(connecting.over);
  const count = useEditor((state) => stepsOf(state.history.document).size);
  const reveal = useView(section, useCallback(() => showMinimap((before) => !before), []));
  useArranging();
  useFollowing(reveal);
  useKeptFocus(section, () => section.current);

  const focusCanvas = useCallback(() => section.current?.focus(), []);
  const handlers = useHandlers(canEdit, edges, connecting, focusCanvas);

  // What the keys come to is what is selected.
  const onFocus = ({ target }: FocusEvent) => {
    const id = target.matches(".react-flow__node:focus-visible") ? target.getAttribute("data-id") : null;
    const node = nodes.find((one) => one.id === id);
    if (node) {
      selectNode(store.getState(), node);
      reveal(node.id);
    }
  };
  const onDoubleClick = (event: MouseEvent) => {
    const target = event.target as Element;
    const note = target.closest(".react-flow__node-note")?.getAttribute("data-id");
    if (target.matches(".react-flow__pane")) {
      store.getState().ask({ what: "add", at: { x: event.clientX, y: event.clientY } });
    } else if (note) {
      store.getState().ask({ what: "note", id: note.replace("note:", "") });
    }
  };

  const labels = useMemo(
    () => ({
      "node.a11yDescription.default": text("canvas.node_help"),
      "node.a11yDescription.keyboardDisabled": text("canvas.node_help"),
      "node.a11yDescription.ariaLiveMessage": () => text("canvas.moved"),
      "edge.a11yDescription.default": text("canvas.edge_help"),
      "controls.ariaLabel": text("canvas.controls"),
      "controls.zoomIn.ariaLabel": text("canvas.zoom_in"),
      "controls.zoomOut.ariaLabel": text("canvas.zoom_out"),
      "controls.interactive.ariaLabel": text("canvas.fit"),
      "minimap.ariaLabel": text("canvas.minimap"),
      "handle.ariaLabel": text("canvas.port"),
    }),
    [text],
  );

  return (
    <section
      ref={section}
      className={`canvas is-${distance}`}
      data-view-only={canEdit ? undefined : ""}
      aria-label={text("canvas.label")}
      tabIndex={-1}
      onFocus={onFocus}
      onDoubleClick={canEdit ? onDoubleClick : undefined}
    >
      <ReactFlow<CanvasNode, WayEdge>
        nodes={nodes}
        edges={edges}
        nodeTypes={NODE_TYPES}
        onNodesChange={onNodesChange}
        onConnect={connecting.onConnect}
        onConnectEnd={connecting.onConnectEnd}
        onReconnectStart={connecting.onReconnectStart}
        onReconnect={connecting.onReconnect}
        onReconnectEnd={connecting.onReconnectEnd}
        {...handlers}
        nodesDraggable={canEdit}
        nodesConnectable={canEdit}
        edgesReconnectable={canEdit}
        multiSelectionKeyCode={MORE_KEYS}
        connectOnClick={false}
        reconnectRadius={14}
        deleteKeyCode={null}
        disableKeyboardA11y
        colorMode={theme.use()}
        ariaLabelConfig={labels}
        minZoom={0.05}
        onlyRenderVisibleElements={count > MANY}
        edgesFocusable={false}
        zoomOnDoubleClick={false}
      >
        <Background gap={24} />
        <Controls showInteractive={false} showFitView={false}>
          <ControlButton onClick={() => store.getState().view?.fit()} aria-label={text("canvas.fit")} title={text("canvas.fit")}>
            <Maximize aria-hidden />
          </ControlButton>
        </Controls>
        {isMinimapShown && count <= TOO_MANY_FOR_MINIMAP && <MiniMap pannable zoomable nodeClassName={minimapClass} nodeBorderRadius={8} />}
        {canEdit && <TooManySteps />}
      </ReactFlow>
    </section>
  );
}

/** On the minimap a card has the colour of its kind. */
function minimapClass({ type, data }: CanvasNode): string {
  return type === "step" ? `is-${kindNamed(data.kind).group}` : `is-${type}`;
}

/** Keeps the step in sight that the preview stands at, and the one that was opened from elsewhere. */
function useFollowing(reveal: (id: string) => void): void {
  const { current } = useWalk();
  const follows = usePreview((state) => state.view.follows);
  const opened = useEditor((state) => (state.wanted.count > 0 && state.selected.size === 1 ? [...state.selected][0] : undefined));
  const wanted = useEditor((state) => state.wanted.count);
  useEffect(() => {
    if (current !== null && follows) {
      reveal(current);
    }
  }, [current, follows]);
  useEffect(() => {
    if (opened !== undefined) {
      reveal(opened);
    }
  }, [wanted]);
}
