import {
  Background,
  type Connection,
  Controls,
  type EdgeChange,
  getViewportForBounds,
  MiniMap,
  type NodeChange,
  type OnConnectEnd,
  ReactFlow,
  ReactFlowProvider,
  useNodesInitialized,
  useReactFlow,
} from "@xyflow/react";
import "@xyflow/react/dist/style.css";
import { type KeyboardEvent, useCallback, useEffect, useMemo, useRef, useState } from "react";

import { theme } from "../../app/choices";
import { useTexts } from "../../i18n/texts";
import { usePreview } from "../../preview/store";
import { type Position, positionsOf, startOf, stepsOf } from "../document";
import { connect, deleteSteps, disconnect } from "../edits";
import { outcomesOf } from "../outcomes";
import { useDocument, useEditor, useEditorStore } from "../store";
import { arrangeSteps } from "./arranging";
import "./canvas.css";
import { useEdges } from "./useEdges";
import { neighbour } from "./neighbour";
import { CARD_WIDTH } from "./size";
import { StepCard, type StepNode } from "./StepCard";
import { useNodes } from "./useNodes";

const NODE_TYPES = { step: StepCard };
/** From this many steps on only those in sight are drawn. */
const MANY = 200;
/** The smallest scale at which cards are read, and the one at which a large bot opens. */
const READABLE = 0.55;
const OPENING = 0.75;
/** How far Alt and an arrow move a step, in pixels; with Shift, five times as far. */
const STRIDE = 20;

/** The bot as a graph. */
export function Canvas() {
  return (
    <ReactFlowProvider>
      <Graph />
    </ReactFlowProvider>
  );
}

function Graph() {
  const text = useTexts();
  const store = useEditorStore();
  const document = useDocument();
  const { edit, select, move, ask } = store.getState();
  // While a step is dragged its place is the pointer's; when it is dropped, the document's.
  const [dragged, drag] = useState<ReadonlyMap<string, Position>>(new Map());
  const isReadOnly = useEditor((state) => state.isReadOnly);
  const nodes = useNodes(dragged);
  const edges = useEdges();
  const steps = stepsOf(document);
  useArranging();
  useFollowing();

  const onNodesChange = useCallback(
    (changes: NodeChange<StepNode>[]) => {
      const moving = new Map<string, Position>();
      const dropped = new Map<string, Position>();
      const selected = new Set(store.getState().selected);
      for (const change of changes) {
        if (change.type === "position" && change.position) {
          (change.dragging ? moving : dropped).set(change.id, change.position);
        } else if (change.type === "select") {
          selected[change.selected ? "add" : "delete"](change.id);
        } else if (change.type === "remove") {
          edit(deleteSteps(new Set([change.id])));
        }
      }
      if (changes.some(({ type }) => type === "select")) {
        select(selected);
      }
      if (moving.size > 0) {
        drag((before) => new Map([...before, ...moving]));
      }
      if (dropped.size > 0) {
        drag(new Map());
        move(dropped);
      }
    },
    [store, edit, select, move],
  );

  const onConnect = useCallback(
    ({ source, sourceHandle, target }: Connection) => {
      const step = stepsOf(store.getState().history.document).get(source);
      const outcome = step && outcomesOf(step).find(({ id }) => id === sourceHandle);
      if (outcome) {
        edit(connect(source, outcome, target));
      }
    },
    [store, edit],
  );

  // A way that is dropped on nothing asks where it should lead.
  const onConnectEnd = useCallback<OnConnectEnd>(
    (_, { isValid, fromNode, fromHandle, toNode }) => {
      if (!isValid && !toNode && fromNode && fromHandle?.id) {
        ask({ what: "connect", step: fromNode.id, outcome: fromHandle.id });
      }
    },
    [ask],
  );

  const onEdgesChange = useCallback(
    (changes: EdgeChange[]) => {
      for (const change of changes) {
        const edge = change.type === "remove" ? edges.find(({ id }) => id === change.id) : undefined;
        const step = edge && stepsOf(store.getState().history.document).get(edge.source);
        const outcome = step && outcomesOf(step).find(({ id }) => id === edge.sourceHandle);
        if (edge && outcome) {
          edit(disconnect(edge.source, outcome));
        }
      }
    },
    [store, edit, edges],
  );

  const onKeyDown = (event: KeyboardEvent) => {
    const direction = DIRECTIONS[event.key];
    const [from] = store.getState().selected;
    const isOnStep = (event.target as Element).closest(".react-flow__node, .react-flow__pane, .react-flow");
    if (event.key === "Home" && isOnStep) {
      select([startOf(document)]);
    } else if (direction && from !== undefined && event.altKey) {
      const stride = event.shiftKey ? 5 * STRIDE : STRIDE;
      const here = new Map(nodes.map(({ id, position }) => [id, position]));
      const moved = [...store.getState().selected].flatMap((id): [string, Position][] => {
        const place = here.get(id);
        return place ? [[id, { x: place.x + direction.x * stride, y: place.y + direction.y * stride }]] : [];
      });
      move(new Map(moved));
    } else if (direction && from !== undefined) {
      const next = neighbour(document, nodes, from, direction);
      if (next !== undefined) {
        select([next]);
        window.document.querySelector<HTMLElement>(`.react-flow__node[data-id="${CSS.escape(next)}"]`)?.focus();
      }
    } else {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
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
      "controls.fitView.ariaLabel": text("canvas.fit"),
      "controls.interactive.ariaLabel": text("canvas.fit"),
      "minimap.ariaLabel": text("canvas.minimap"),
      "handle.ariaLabel": text("canvas.port"),
    }),
    [text],
  );

  return (
    <section className="canvas" aria-label={text("canvas.label")} onKeyDownCapture={onKeyDown}>
      <ReactFlow
        nodes={nodes}
        edges={edges}
        nodeTypes={NODE_TYPES}
        onNodesChange={onNodesChange}
        onEdgesChange={onEdgesChange}
        onConnect={onConnect}
        onConnectEnd={onConnectEnd}
        onPaneClick={() => select([])}
        deleteKeyCode={null}
        nodesDraggable={!isReadOnly}
        nodesConnectable={!isReadOnly}
        colorMode={theme.use()}
        ariaLabelConfig={labels}
        minZoom={0.1}
        onlyRenderVisibleElements={steps.size > MANY}
        edgesFocusable={false}
        zoomOnDoubleClick={false}
      >
        <Background gap={24} />
        <Controls showInteractive={false} />
        {steps.size <= 500 && <MiniMap pannable zoomable nodeStrokeWidth={3} />}
      </ReactFlow>
    </section>
  );
}

/** Which way each arrow key points. */
const DIRECTIONS: Readonly<Record<string, Position>> = {
  ArrowLeft: { x: -1, y: 0 },
  ArrowRight: { x: 1, y: 0 },
  ArrowUp: { x: 0, y: -1 },
  ArrowDown: { x: 0, y: 1 },
};

/** Finds places for the steps that have none, when the bot is opened or such steps came in; and shows the bot at first. */
function useArranging(): void {
  const store = useEditorStore();
  const document = useDocument();
  const { fitView, setViewport, getNodes, getNodesBounds } = useReactFlow();
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
    const start = positionsOf(history.document).get(startOf(history.document)) ?? computed.get(startOf(history.document));
    const pane = window.document.querySelector(".react-flow");
    const whole = pane && getViewportForBounds(getNodesBounds(getNodes()), pane.clientWidth, pane.clientHeight, 0, 1, 0.08);
    if (!start || !pane || !whole || whole.zoom >= READABLE) {
      void fitView({ maxZoom: 1, padding: 0.08 });
    } else {
      // All of a large bot at once can't be read: it opens at its start.
      void setViewport({ x: CARD_WIDTH / 4 - start.x * OPENING, y: pane.clientHeight / 3 - start.y * OPENING, zoom: OPENING });
    }
  }, [isReady, isMissing, store, fitView, setViewport, getNodes, getNodesBounds]);
}

/** Keeps the step in sight that the preview stands at, and the one that was opened from elsewhere. */
function useFollowing(): void {
  const { getNode, getViewport, getZoom, setCenter } = useReactFlow();
  const current = usePreview((state) => state.answer?.session?.step ?? null);
  const opened = useEditor((state) => (state.wanted.count > 0 && state.selected.size === 1 ? [...state.selected][0] : undefined));
  const wanted = useEditor((state) => state.wanted.count);
  const isReady = useNodesInitialized();
  useEffect(() => {
    if (isReady && current !== null) {
      show(current);
    }
  }, [isReady, current]);
  useEffect(() => {
    if (opened !== undefined) {
      show(opened);
    }
  }, [wanted]);

  function show(id: string): void {
    const node = getNode(id);
    const pane = window.document.querySelector(".react-flow");
    if (!node || !pane) {
      return;
    }
    const { x, y, zoom } = getViewport();
    const left = node.position.x * zoom + x;
    const top = node.position.y * zoom + y;
    const isInSight =
      left >= 0 && top >= 0 && left + (node.width ?? 0) * zoom <= pane.clientWidth && top + (node.height ?? 0) * zoom <= pane.clientHeight;
    if (!isInSight) {
      void setCenter(node.position.x + (node.width ?? 0) / 2, node.position.y + (node.height ?? 0) / 2, { zoom: Math.max(getZoom(), 0.6) });
    }
  }
}
