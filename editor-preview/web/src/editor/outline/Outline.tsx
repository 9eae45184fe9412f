import { ChevronDown, ChevronRight, CircleX, Plus, TriangleAlert } from "lucide-react";
import { type KeyboardEvent, useState } from "react";

import { useTexts } from "../../i18n/texts";
import { useWalk } from "../../preview/useWalk";
import { stepName, stepsOf } from "../document";
import { countProblems, problemsByStep } from "../problems/order";
import { useDocument, useEditor, useEditorStore } from "../store";
import { useLabel } from "../useLabel";
import { outlineOf, type Row } from "./rows";

/** The graph as a tree: every step in the order of the conversation, with its ways out. All that the canvas can do works here, too. */
export function Outline() {
  const text = useTexts();
  const store = useEditorStore();
  const [find, setFind] = useState("");
  return (
    <aside className="outline" aria-label={text("outline.label")}>
      <input className="input" type="search" value={find} onChange={(event) => setFind(event.target.value)} placeholder={text("outline.find")} aria-label={text("outline.find")} />
      <OutlineTree find={find} />
      <button type="button" className="button" onClick={() => store.getState().ask({ what: "add" })}>
        <Plus size={16} aria-hidden />
        {text("add.title")}
      </button>
    </aside>
  );
}

function OutlineTree({ find }: { find: string }) {
  const text = useTexts();
  const label = useLabel();
  const store = useEditorStore();
  const document = useDocument();
  const selected = useEditor((state) => state.selected);
  const problems = problemsByStep(useEditor((state) => state.diagnostics));
  const { current } = useWalk();
  const [open, setOpen] = useState<ReadonlySet<string>>(new Set());
  const [here, setHere] = useState<string | null>(null);
  const steps = stepsOf(document);
  const rows = outlineOf(document, open, find);
  const focused = rows.find(({ key }) => key === here) ?? rows.find(({ step }) => step !== undefined && selected.has(step)) ?? rows[0];

  const go = (row: Row | undefined) => {
    if (row) {
      setHere(row.key);
      window.document.getElementById(rowId(row))?.focus();
      if (row.step !== undefined) {
        store.getState().select([row.step]);
      }
    }
  };
  const toggle = ({ key }: Row) => setOpen((before) => (before.has(key) ? new Set([...before].filter((other) => other !== key)) : new Set([...before, key])));

  const onKeyDown = (event: KeyboardEvent) => {
    const index = focused ? rows.indexOf(focused) : -1;
    if (!focused || event.ctrlKey || event.metaKey || event.altKey) {
      return;
    }
    switch (event.key) {
      case "ArrowDown":
        go(rows[index + 1]);
        break;
      case "ArrowUp":
        go(rows[index - 1]);
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
        follow(focused);
        break;
      case "c":
      case "C":
        if (focused.outcome && focused.owner !== undefined) {
          store.getState().ask({ what: "connect", step: focused.owner, outcome: focused.outcome.id });
          break;
        }
        return;
      default:
        return;
    }
    event.preventDefault();
    event.stopPropagation();
  };

  const follow = (row: Row) => {
    if (row.outcome) {
      const target = row.outcome.target;
      go(rows.find(({ step }) => step !== undefined && step === target));
    } else if (row.step !== undefined) {
      store.getState().open(row.step);
    }
  };

  return (
    <div className="outline-tree" role="tree" aria-label={text("outline.steps")} onKeyDown={onKeyDown}>
      {rows.map((row) => {
        const { errors, warnings } = countProblems(row.step === undefined ? [] : (problems.get(row.step) ?? []));
        const target = row.outcome?.target;
        return (
          <div
            key={row.key}
            id={rowId(row)}
            role="treeitem"
            className={errors > 0 ? "outline-row has-errors" : "outline-row"}
            style={{ paddingInlineStart: `${8 + 16 * (row.level - 1)}px` }}
            aria-level={row.level}
            aria-expanded={row.canOpen ? row.isOpen : undefined}
            aria-selected={row.step !== undefined && selected.has(row.step)}
            aria-current={row.step !== undefined && row.step === current ? "step" : undefined}
            tabIndex={row === focused ? 0 : -1}
            onClick={() => go(row)}
            onDoubleClick={() => follow(row)}
          >
            <span className="outline-toggle" aria-hidden onClick={() => row.canOpen && toggle(row)}>
              {row.canOpen && (row.isOpen ? <ChevronDown size={14} /> : <ChevronRight size={14} />)}
            </span>
            {row.outcome ? (
              <span className="outline-name muted">
                {label(row.outcome.label)} → {target ? stepName(target, steps.get(target)) : text(row.outcome.isOpen ? "outcome.nowhere" : "outcome.as_next")}
              </span>
            ) : (
              <span className="outline-name">{row.step === undefined ? text("outline.unreachable") : stepName(row.step, steps.get(row.step))}</span>
            )}
            {errors > 0 && <CircleX size={14} className="error-text" aria-label={text("problems.errors", { count: errors })} />}
            {warnings > 0 && <TriangleAlert size={14} className="warn-text" aria-label={text("problems.warnings", { count: warnings })} />}
          </div>
        );
      })}
    </div>
  );
}

function rowId(row: Row): string {
  return `outline ${row.key}`.replaceAll(" ", "-");
}
