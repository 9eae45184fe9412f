import type { NodeChange } from "@xyflow/react";
import { useCallback, useState } from "react";

import { type Position, stepsOf } from "../document";
import { changeNote, type Group, groupsOf } from "../layout";
import { moveBoxes, placesOf } from "../selection";
import { type EditorState, useEditorStore } from "../store";
import { frameOf } from "./frames";
import type { CanvasNode, Dragged } from "./useNodes";

/** What a drag of cards and what comes of it are, in the history. */
export const DRAG = "drag";

/** Takes in what somebody does to cards, notes and frames on the canvas. A group's card or frame stands for all of its steps. */
export function useChanges(): { dragged: Dragged; onNodesChange: (changes: NodeChange<CanvasNode>[]) => void } {
  const store = useEditorStore();
  // While something is dragged its place is the pointer's; when it is dropped, the document's.
  const [dragged, drag] = useState<Dragged>(new Map());

  const onNodesChange = useCallback(
    (changes: NodeChange<CanvasNode>[]) => {
      const editor = store.getState();
      if (changes.some(({ type }) => type === "select")) {
        const selected = selectionAfter(editor, changes);
        editor.select(selected.steps, selected.notes);
      }
      const moving = placesAfter(editor, changes, true);
      if (moving.size > 0) {
        drag((before) => new Map<string, Partial<Box>>([...before, ...moving]));
      }
      const dropped = placesAfter(editor, changes, false);
      if (dropped.size > 0) {
        drag(new Map());
        const notes = [...dropped].flatMap(([id, place]): [string, Position][] => (id.startsWith(NOTE) ? [[id.slice(NOTE.length), place]] : []));
        moveBoxes(editor, new Map([...dropped].filter(([id]) => !id.startsWith(NOTE))), new Map(notes), DRAG);
      }
      for (const change of changes) {
        if (change.type === "dimensions" && change.resizing !== undefined && change.id.startsWith(NOTE)) {
          resize(change.id, change.dimensions, change.resizing);
        }
      }
    },
    [store],
  );

  const resize = (id: string, size: { width: number; height: number } | undefined, isGoingOn: boolean) =>
    drag((before) => {
      const now = { ...before.get(id), ...size };
      if (isGoingOn) {
        return new Map([...before, [id, now]]);
      }
      const rounded = Object.fromEntries(Object.entries(now).map(([key, value]) => [key, Math.round(value)]));
      // The change of the document is not a part of this state: it comes after it.
      queueMicrotask(() => store.getState().edit(changeNote(id.slice(NOTE.length), rounded)));
      return new Map();
    });

  return { dragged, onNodesChange };
}

type Box = Position & { width: number; height: number };

const NOTE = "note:";
const GROUP = "group:";

/** What is selected after some changes. What comes in comes after what goes: a frame takes its steps with it. */
function selectionAfter(editor: EditorState, changes: readonly NodeChange<CanvasNode>[]): { steps: Set<string>; notes: Set<string> } {
  const steps = new Set(editor.selected);
  const notes = new Set(editor.selectedNotes);
  const put = (id: string, isIn: boolean) => {
    const group = groupNamed(editor, id);
    for (const one of group ? group.steps : [id.startsWith(NOTE) ? id.slice(NOTE.length) : id]) {
      (id.startsWith(NOTE) ? notes : steps)[isIn ? "add" : "delete"](one);
    }
  };
  const selects = changes.filter((change) => change.type === "select");
  selects.filter(({ selected }) => !selected).forEach(({ id }) => put(id, false));
  selects.filter(({ selected }) => selected).forEach(({ id }) => put(id, true));
  return { steps: new Set([...steps].filter((id) => stepsOf(editor.history.document).has(id))), notes };
}

/** Where cards and notes are by some changes, while they are dragged or when they were dropped. */
function placesAfter(editor: EditorState, changes: readonly NodeChange<CanvasNode>[], dragging: boolean): Map<string, Position> {
  const places = placesOf(editor);
  const moved = new Map<string, Position>();
  const groups: [Group, Position][] = [];
  for (const change of changes) {
    if (change.type === "position" && change.position && Boolean(change.dragging) === dragging) {
      const group = groupNamed(editor, change.id);
      if (group) {
        groups.push([group, change.position]);
      } else {
        moved.set(change.id, change.position);
      }
    }
  }
  for (const [group, { x, y }] of groups) {
    const frame = frameOf(editor.history.document, group, places);
    for (const id of frame ? group.steps : []) {
      const place = places.get(id);
      if (frame && place) {
        moved.set(id, { x: place.x + x - frame.x, y: place.y + y - frame.y });
      }
    }
  }
  return moved;
}

function groupNamed({ history }: EditorState, id: string): Group | undefined {
  return id.startsWith(GROUP) ? groupsOf(history.document).find((group) => group.id === id.slice(GROUP.length)) : undefined;
}
