import { PanelLeftClose, PanelLeftOpen, Plus } from "lucide-react";
import { type KeyboardEvent, memo, type MouseEvent, useDeferredValue, useMemo, useRef, useState } from "react";
import { flushSync } from "react-dom";

import { useTexts } from "../../i18n/texts";
import { useWalk } from "../../preview/useWalk";
import { stepName, stepsOf } from "../document";
import type { JsonObject } from "../json";
import { groupsOf, notesOf } from "../layout";
import { countProblems, problemsByStep } from "../problems/order";
import { useDocument, useEditor, useEditorStore } from "../store";
import { useKeptFocus } from "../useKeptFocus";
import { useLabel } from "../useLabel";
import { OutlineRow } from "./OutlineRow";
import { outlineOf, type Row } from "./rows";

/** The graph as a tree: every step in the order of the conversation, with its ways out. All that the canvas can do works here, too. */
export function Outline({ isShown, canHide }: { isShown: boolean; canHide: boolean }) {
  const text = useTexts();
  const store = useEditorStore();
  const [find, setFind] = useState("");
  // Its lines are drawn behind the key that changed them: of a large bot they take longer than a frame.
  const document = useDeferredValue(useDocument());
  const turn = (to: boolean) => {
    // The button that was pressed goes; the one that comes in its place has the focus.
    flushSync(() => store.getState().showOutline(to));
    window.document.getElementById(TURN)?.focus();
  };
  if (!isShown) {
    return (
      <aside className="outline-shown" aria-label={text("outline.label")}>
        <button id={TURN} type="button" className="button quiet icon" aria-label={text("outline.show")} title={text("outline.show")} onClick={() => turn(true)}>
          <PanelLeftOpen size={18} aria-hidden />
        </button>
      </aside>
    );
  }
  return (
    <aside className="outline" aria-label={text("outline.label")}>
      <div className="outline-head">
        <input id="outline-find" className="input" type="search" value={find} onChange={(event) => setFind(event.target.value)} placeholder={text("outline.find")} aria-label={text("outline.find")} />
        {canHide && (
          <button id={TURN} type="button" className="button quiet icon" aria-label={text("outline.hide")} title={text("outline.hide")} onClick={() => turn(false)}>
            <PanelLeftClose size={18} aria-hidden />
          </button>
        )}
      </div>
      <OutlineTree find={find} document={document} />
      <button type="button" className="button" onClick={() => store.getState().ask({ what: "add" })}>
        <Plus size={16} aria-hidden />
        {text("add.title")}
      </button>
    </aside>
  );
}

/** The button that opens or closes the outline. */
const TURN = "outline-turn";

const OutlineTree = memo(function OutlineTree({ find, document }: { find: string; document: JsonObject }) {
  const text = useTexts();
  const label = useLabel();
  const store = useEditorStore();
  const selected = useEditor((state) => state.selected);
  const selectedNotes = useEditor((state) => state.selectedNotes);
  const way = useEditor((state) => state.way);
  const problems = problemsByStep(useEditor((state) => state.diagnostics));
  const { current } = useWalk();
  const [open, setOpen] = useState<ReadonlySet<string>>(new Set());
  const [here, setHere] = useState<string | null>(null);
  const steps = stepsOf(document);
  const rows = useMemo(() => outlineOf(document, open, find), [document, open, find]);
  const focused = rows.find(({ key }) => key === here) ?? rows.find(({ step }) => step !== undefined && selected.has(step)) ?? rows[0];

  const tree = useRef<HTMLDivElement>(null);
  useKeptFocus(tree, () => tree.current?.querySelector<HTMLElement>('[tabindex="0"]'));

  const stepsUnder = ({ step, group }: Row): readonly string[] => (step !== undefined ? [step] : (groupsOf(document).find(({ id }) => id === group)?.steps ?? []));
  /** Goes to a line, and selects what it stands for; `more` adds that to what is selected, or takes it away. */
  const go = (row: Row | undefined, more = false) => {
    if (!row) {
      return;
    }
    setHere(row.key);
    window.document.getElementById(rowId(row))?.focus();
    const { select, selectWay, selected: before, selectedNotes: notesBefore } = store.getState();
    const under = stepsUnder(row);
    const notes = row.note === undefined ? [] : [row.note];
    if (row.outcome && row.owner !== undefined) {
      selectWay({ step: row.owner, outcome: row.outcome.id });
    } else if (more) {
      const isIn = under.every((id) => before.has(id)) && notes.every((id) => notesBefore.has(id));
      const [steps, all] = [new Set(before), new Set(notesBefore)];
      under.forEach((id) => steps[isIn ? "delete" : "add"](id));
      notes.forEach((id) => all[isIn ? "delete" : "add"](id));
      select(steps, all);
    } else if (under.length + notes.length > 0) {
      select(under, notes);
    }
    const shown = row.owner ?? row.step ?? (row.note === undefined ? undefined : `note:${row.note}`);
    if (shown !== undefined) {
      store.getState().view?.reveal(shown);
    }
  };
  const toggle = ({ key }: Row) => setOpen((before) => (before.has(key) ? new Set([...before].filter((other) => other !== key)) : new Set([...before, key])));

  const onKeyDown = (event: KeyboardEvent) => {
    const index = focused ? rows.indexOf(focused) : -1;
    if (!focused || event.ctrlKey || event.metaKey || event.altKey || (event.shiftKey && event.key === "F10")) {
      return;
    }
    switch (event.key) {
      case "ArrowDown":
        go(rows[index + 1], event.shiftKey);
        break;
      case "ArrowUp":
        go(rows[index - 1], event.shiftKey);
        break;
      case "Home":
        go(rows[0]);
        break;
      case "End":
        go(rows.at(-1));
        break;
      case "ArrowRight":
        if (focused.canOpen && !focused.isOpen) {
          toggle(focused);
        } else {
          go(rows.slice(index + 1).find(({ level }) => level > focused.level));
        }
        break;
      case "ArrowLeft":
        if (focused.isOpen) {
          toggle(focused);
        } else {
          go(rows.slice(0, index).findLast(({ level }) => level < focused.level));
        }
        break;
      case "Enter":
        // A group and a note are opened by the command of that key.
        if (focused.step === undefined && !focused.outcome) {
          return;
        }
        follow(focused);
        break;
      case " ":
        go(focused, true);
        break;
      default:
        return;
    }
    event.preventDefault();
    event.stopPropagation();
  };

  const isRowSelected = (row: Row): boolean => {
    if (row.outcome) {
      return way?.step === row.owner && way?.outcome === row.outcome.id;
    }
    const under = stepsUnder(row);
    return row.note === undefined ? under.length > 0 && under.every((id) => selected.has(id)) : selectedNotes.has(row.note);
  };
  const nameOf = ({ step, group, note, outcome }: Row): string => {
    if (outcome) {
      const { target } = outcome;
      return `${label(outcome.label)} → ${target ? stepName(target, steps.get(target)) : text(outcome.isOpen ? "outcome.nowhere" : "outcome.as_next")}`;
    }
    if (step !== undefined) {
      return stepName(step, steps.get(step));
    }
    if (group !== undefined) {
      return groupsOf(document).find(({ id }) => id === group)?.title || text("group.untitled");
    }
    return note === undefined ? text("outline.unreachable") : notesOf(document).find(({ id }) => id === note)?.text.trim() || text("note.empty");
  };
  const openMenu = (row: Row, event: MouseEvent) => {
    event.preventDefault();
    if (!isRowSelected(row)) {
      go(row);
    }
    const of = row.outcome ? "way" : row.note === undefined ? "step" : "note";
    store.getState().ask({ what: "menu", of, at: { x: event.clientX, y: event.clientY } });
  };

  const follow = (row: Row) => {
    if (row.outcome) {
      const target = row.outcome.target;
      go(rows.find(({ step }) => step !== undefined && step === target));
    } else if (row.step !== undefined) {
      store.getState().open(row.step);
    }
  };

  // The tree hears for its lines, so that these need no handlers of their own.
  const onRow = (act: (row: Row, event: MouseEvent) => void) => (event: MouseEvent) => {
    const key = (event.target as Element).closest("[data-row]")?.getAttribute("data-row");
    const row = rows.find((one) => one.key === key);
    if (row) {
      act(row, event);
    }
  };
  const press = (row: Row, event: MouseEvent) => {
    if (row.canOpen && (event.target as Element).closest(".outline-toggle")) {
      toggle(row);
    }
    go(row, event.shiftKey || event.ctrlKey || event.metaKey);
  };

  return (
    <div
      ref={tree}
      className="outline-tree"
      role="tree"
      aria-multiselectable
      aria-label={text("outline.steps")}
      onKeyDown={onKeyDown}
      onClick={onRow(press)}
      onDoubleClick={onRow(follow)}
      onContextMenu={onRow(openMenu)}
    >
      {rows.map((row) => (
        <OutlineRow
          key={row.key}
          row={row.key}
          id={rowId(row)}
          of={row.outcome ? "way" : row.step !== undefined ? "step" : row.group !== undefined ? "group" : row.note !== undefined ? "note" : "heading"}
          level={row.level}
          name={nameOf(row)}
          canOpen={row.canOpen}
          isOpen={row.isOpen}
          isSelected={isRowSelected(row)}
          isCurrent={row.step !== undefined && row.step === current}
          isFocused={row === focused}
          isDisabled={row.step !== undefined && steps.get(row.step)?.disabled === true}
          {...countProblems(stepsUnder(row).flatMap((id) => problems.get(id) ?? []))}
        />
      ))}
    </div>
  );
});

function rowId(row: Row): string {
  return `outline ${row.key}`.replaceAll(" ", "-");
}
