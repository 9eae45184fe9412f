import { Handle, type Node, type NodeProps, Position } from "@xyflow/react";
import { Ban, Flag, MessageSquareText, OctagonX, Plus } from "lucide-react";
import { memo } from "react";

import { useTexts } from "../../i18n/texts";
import { stepName, stepsOf, summaryOf } from "../document";
import { kindNamed, kindText } from "../kinds";
import { type Outcome, shownOutcomes } from "../outcomes";
import { useEditor, useEditorStore } from "../store";
import { useLabel } from "../useLabel";
import { CurrentBadge, ProblemBadges } from "./CardBadges";

/** What a card is told; what its step holds it reads itself, so that a word that is written there is drawn by this one card. */
export type StepNode = Node<
  {
    kind: string;
    isStart: boolean;
    /** What starts the bot here. */
    triggers: string;
    errors: number;
    warnings: number;
    isCurrent: boolean;
    /** It failed in the rehearsed conversation. */
    hasFailed: boolean;
    isBreakpoint: boolean;
  },
  "step"
>;

/** How far from its port a step is added, in pixels of the window. */
const ASIDE = 48;

/** A step on the canvas: what it is, what it holds, and one port for each way out of it. */
export const StepCard = memo(function StepCard({ id, data, selected }: NodeProps<StepNode>) {
  const text = useTexts();
  const label = useLabel();
  const store = useEditorStore();
  const step = useEditor((state) => stepsOf(state.history.document).get(id));
  const { kind, isStart, triggers, errors, warnings, isCurrent, hasFailed, isBreakpoint } = data;
  if (!step) {
    return null;
  }
  const { group, icon: Icon } = kindNamed(kind);
  const summary = summaryOf(step);
  const outcomes = shownOutcomes(step, selected);
  // A way that leads somewhere goes on there after the new step.
  const addAfter = ({ id: outcome, target }: Outcome, port: Element) => {
    const { right, top } = port.getBoundingClientRect();
    store.getState().ask({ what: "add", from: { step: id, outcome }, between: target !== null, at: { x: right + ASIDE, y: top } });
  };
  return (
    <div className={`card${step.disabled === true ? " is-disabled" : ""}${isCurrent ? " is-current" : ""}${hasFailed ? " has-failed" : ""}`} data-group={group}>
      <Handle type="target" position={Position.Left} className="port port-in" isConnectableStart={false} />
      {isBreakpoint && <span className="card-breakpoint" title={text("card.breakpoint")} />}
      {isCurrent && <span className="card-current">{text("card.current")}</span>}
      <div className="card-head">
        <Icon size={18} aria-hidden className="card-icon" />
        <span className="card-title">
          <span className="card-name">{stepName(id, step)}</span>
          <span className="card-kind">{text(kindText(kind), { kind })}</span>
        </span>
        {typeof step.comment === "string" && step.comment !== "" && (
          <span className="card-badge" title={text("card.comment", { comment: step.comment })}>
            <MessageSquareText size={14} aria-hidden />
          </span>
        )}
        {step.disabled === true && (
          <span className="card-badge" title={text("card.disabled")}>
            <Ban size={14} aria-hidden />
          </span>
        )}
        {isStart && (
          <span className="card-badge" title={text("card.start", { triggers })}>
            <Flag size={14} aria-hidden />
          </span>
        )}
        {isCurrent && <CurrentBadge />}
        {hasFailed && (
          <span className="card-badge error-text" title={text("card.failed")}>
            <OctagonX size={14} aria-hidden />
          </span>
        )}
        <ProblemBadges errors={errors} warnings={warnings} />
      </div>
      {summary && <p className="card-summary">{summary}</p>}
      <ul className="card-ports">
        {outcomes.map((outcome) => (
          <li key={outcome.id} className={outcome.isOpen ? "card-port is-open" : "card-port"}>
            <span className="card-port-name">{label(outcome.label)}</span>
            <Handle type="source" position={Position.Right} id={outcome.id} className="port" onClick={(event) => addAfter(outcome, event.currentTarget)} />
            {outcome.isOpen && (
              // For the mouse alone: "/" and C do the same by keys, and one more stop for each port would make a long way of each card.
              <button
                type="button"
                className="port-add nodrag nopan"
                tabIndex={-1}
                aria-label={text("port.add", { way: label(outcome.label) })}
                title={text("port.add", { way: label(outcome.label) })}
                onClick={(event) => addAfter(outcome, event.currentTarget)}
              >
                <Plus size={14} aria-hidden />
              </button>
            )}
          </li>
        ))}
      </ul>
    </div>
  );
});
