import type { NodeHandle } from "@xyflow/react";
import { useMemo, useRef } from "react";

import type { Diagnostic } from "../../api/bots";
import { type Texts, useTexts } from "../../i18n/texts";
import type { Walk } from "../../preview/moments";
import { usePreview } from "../../preview/store";
import { useWalk } from "../../preview/useWalk";
import { kindOf, type Position, startOf, stepName, stepsOf, summaryOf, triggersOf } from "../document";
import { isSame, type JsonObject } from "../json";
import { exitsOf, type Group, groupSelected, groupsOf, type Note, notesOf } from "../layout";
import { kindText } from "../kinds";
import { shownOutcomes } from "../outcomes";
import { countProblems, problemsByStep } from "../problems/order";
import { placesOf } from "../selection";
import { useDocument, useEditor, useEditorStore } from "../store";
import { frameOf } from "./frames";
import type { CollapsedNode, FrameNode } from "./GroupCards";
import type { NoteNode } from "./NoteCard";
import { portsOf } from "./ports";
import { shared } from "./sharing";
import { cardSize, collapsedSize } from "./size";
import type { StepNode } from "./StepCard";

/** What stands on the canvas. A step's card has the step's id, others a colon in theirs, which no step has. */
export type CanvasNode = StepNode | NoteNode | FrameNode | CollapsedNode;

/** Where things are while somebody drags them, or how large while they are resized. */
export type Dragged = ReadonlyMap<string, Partial<Position & { width: number; height: number }>>;

/** Cards, notes and frames, those below first. What did not change stays the same object, so that it is not drawn again. */
export function useNodes(dragged: Dragged): CanvasNode[] {
  const text = useTexts();
  const store = useEditorStore();
  const document = useDocument();
  const arranged = useEditor((state) => state.arranged);
  const selected = useEditor((state) => state.selected);
  const selectedNotes = useEditor((state) => state.selectedNotes);
  const diagnostics = useEditor((state) => state.diagnostics);
  const walk = useWalk();
  const breakpoints = usePreview((state) => state.breakpoints);
  const before = useRef<Drawn>({ nodes: [], steps: new Map(), rest: [] });

  return useMemo(() => {
    const places = new Map(placesOf(store.getState()));
    for (const [id, place] of dragged) {
      const known = places.get(id);
      if (known) {
        places.set(id, { ...known, ...place });
      }
    }
    const groups = groupsOf(document);
    const hidden = new Set(groups.flatMap(({ collapsed, steps }) => (collapsed ? steps : [])));
    const problems = problemsByStep(diagnostics);
    const chosen = groupSelected(document, selected);
    const drawing: Drawing = { text, document, places, problems, selected, chosen, walk, breakpoints };
    const steps = stepsOf(document);
    const known = new Map(before.current.nodes.map((node) => [node.id, node]));
    // What else than its step and its place a card follows from. Where all of that is as it was, a card whose step did not change is not looked at.
    const rest = [text, document.start, document.triggers, selected, diagnostics, walk, breakpoints];
    const isRestAlike = rest.every((one, index) => one === before.current.rest[index]);
    const cardOf = ([id, step]: [string, JsonObject]): CanvasNode[] => {
      const place = places.get(id);
      if (!place || hidden.has(id)) {
        return [];
      }
      const card = isRestAlike && before.current.steps.get(id) === step ? known.get(id) : undefined;
      return [card && isSamePlace(card.position, place) ? card : drawStep(drawing, id, step, place)];
    };
    const nodes: CanvasNode[] = [
      ...groups.flatMap((group) => drawGroup(drawing, group)),
      ...notesOf(document).map((note) => drawNote(text, { ...note, ...dragged.get(`note:${note.id}`) }, selectedNotes.has(note.id))),
      ...[...steps].flatMap(cardOf),
    ];
    before.current = { nodes: shared(before.current.nodes, nodes, isAlike), steps, rest };
    return before.current.nodes;
  }, [text, store, document, arranged, selected, selectedNotes, diagnostics, walk, breakpoints, dragged]);
}

/** The cards as they were drawn last, and what of. */
interface Drawn {
  nodes: CanvasNode[];
  steps: ReadonlyMap<string, JsonObject>;
  rest: readonly unknown[];
}

/** All that drawing a card needs to know. */
interface Drawing {
  text: Texts;
  document: JsonObject;
  places: ReadonlyMap<string, Position>;
  problems: ReadonlyMap<string, readonly Diagnostic[]>;
  selected: ReadonlySet<string>;
  chosen: Group | undefined;
  walk: Walk;
  breakpoints: ReadonlySet<string>;
}

function drawStep({ text, document, problems, selected, walk, breakpoints }: Drawing, id: string, step: JsonObject, { x, y }: Position): StepNode {
  const { errors, warnings } = countProblems(problems.get(id) ?? []);
  const isCurrent = id === walk.current;
  const hasFailed = walk.failed.has(id);
  const isBreakpoint = breakpoints.has(id);
  const kinds = triggersOf(document, id);
  const isStart = id === startOf(document) || kinds.length > 0;
  const triggers = kinds.map((on) => text(`trigger.${on}`)).join(", ");
  const kind = kindOf(step);
  const isSelected = selected.has(id);
  const size = cardSize(step, isSelected);
  return {
    id,
    type: "step",
    position: { x, y },
    ...size,
    measured: size,
    handles: portsOf(shownOutcomes(step, isSelected).map((outcome) => outcome.id), summaryOf(step) !== ""),
    selected: isSelected,
    data: { kind, isStart, triggers, errors, warnings, isCurrent, hasFailed, isBreakpoint },
    ariaLabel: spoken(
      stepName(id, step),
      text(kindText(kind), { kind }),
      isStart ? text("card.start", { triggers }) : "",
      step.disabled === true ? text("card.disabled") : "",
      ...spokenProblems(text, errors, warnings),
      isCurrent ? text("card.current") : "",
      hasFailed ? text("card.failed") : "",
      isBreakpoint ? text("card.breakpoint") : "",
    ),
    domAttributes: { "aria-current": isCurrent ? "step" : undefined },
  };
}

function drawNote(text: Texts, note: Note, selected: boolean): NoteNode {
  const { id, x, y, width, height } = note;
  return {
    id: `note:${id}`,
    type: "note",
    position: { x, y },
    width,
    height,
    measured: { width, height },
    selected,
    data: { id, text: note.text, color: note.color },
    ariaLabel: text("note.spoken", { text: note.text.trim() || text("note.empty") }),
  };
}

/** A frame around the steps, or the one card that they are hidden behind. */
function drawGroup({ text, document, places, problems, chosen, walk }: Drawing, group: Group): (FrameNode | CollapsedNode)[] {
  const steps = stepsOf(document);
  const frame = frameOf(document, group, places);
  if (!frame) {
    return [];
  }
  const { id, title, color, collapsed } = group;
  const isSelected = chosen?.id === id;
  const name = title || text("group.untitled");
  const said = text("group.spoken", { title: name, count: group.steps.length });
  const position = { x: frame.x, y: frame.y };
  if (!collapsed) {
    const size = { width: frame.width, height: frame.height };
    return [
      {
        id: `group:${id}`,
        type: "frame",
        position,
        ...size,
        measured: size,
        zIndex: -1,
        // Its steps are selected in its place: what is done with it is done with them.
        selected: false,
        dragHandle: ".group-title",
        data: { id, title, name, color, count: group.steps.length, isSelected },
        ariaLabel: said,
      },
    ];
  }
  const { errors, warnings } = countProblems(group.steps.flatMap((step) => problems.get(step) ?? []));
  const exits = exitsOf(document, group);
  const size = collapsedSize(exits.length);
  const isCurrent = walk.current !== null && group.steps.includes(walk.current);
  return [
    {
      id: `group:${id}`,
      type: "collapsed",
      position,
      ...size,
      measured: size,
      handles: portsOf(exits, false),
      selected: isSelected,
      data: { id, title, name, color, count: group.steps.length, errors, warnings, isCurrent, exits: exits.map((target) => ({ target, name: stepName(target, steps.get(target)) })) },
      ariaLabel: spoken(said, text("group.collapsed"), ...spokenProblems(text, errors, warnings), isCurrent ? text("card.current") : ""),
      domAttributes: { "aria-current": isCurrent ? "step" : undefined },
    },
  ];
}

function spokenProblems(text: Texts, errors: number, warnings: number): string[] {
  return [errors > 0 ? text("problems.errors", { count: errors }) : "", warnings > 0 ? text("problems.warnings", { count: warnings }) : ""];
}

function spoken(...parts: readonly string[]): string {
  return parts.filter((part) => part !== "").join(", ");
}

/** The rest of a card follows from these. */
function isAlike(one: CanvasNode, other: CanvasNode): boolean {
  return (
    one.type === other.type &&
    one.selected === other.selected &&
    one.ariaLabel === other.ariaLabel &&
    isSamePlace(one.position, other.position) &&
    one.width === other.width &&
    one.height === other.height &&
    isSamePorts(one.handles ?? [], other.handles ?? []) &&
    isSame(one.data, other.data)
  );
}

/** Where a port stands follows from its row. */
function isSamePorts(some: readonly NodeHandle[], others: readonly NodeHandle[]): boolean {
  return some.length === others.length && some.every(({ id, y }, index) => id === others[index]?.id && y === others[index]?.y);
}

function isSamePlace(one: Position, other: Position): boolean {
  return one.x === other.x && one.y === other.y;
}
