import { Handle, type Node, type NodeProps, Position } from "@xyflow/react";
import { ChevronDown, ChevronRight } from "lucide-react";
import { memo } from "react";

import { useTexts } from "../../i18n/texts";
import { changeGroup, type Color } from "../layout";
import { useEditor, useEditorStore } from "../store";
import { CurrentBadge, ProblemBadges } from "./CardBadges";
import { useWriting } from "./writing";

type Shown = {
  id: string;
  title: string;
  /** Its title, or what one without is called. */
  name: string;
  color: Color;
  count: number;
};

export type FrameNode = Node<Shown & { isSelected: boolean }, "frame">;
export type CollapsedNode = Node<Shown & { errors: number; warnings: number; isCurrent: boolean; exits: { target: string; name: string }[] }, "collapsed">;

/** The frame around a group's steps; it is dragged by its title. */
export const GroupFrame = memo(function GroupFrame({ data }: NodeProps<FrameNode>) {
  return (
    <div className={data.isSelected ? "group-frame is-selected" : "group-frame"} data-color={data.color}>
      <div className="group-title">
        <Toggle id={data.id} collapsed={false} />
        <Title {...data} />
      </div>
    </div>
  );
});

/** The one card that a group's steps are hidden behind, with a port for each step outside that they lead to. */
export const CollapsedGroup = memo(function CollapsedGroup({ data }: NodeProps<CollapsedNode>) {
  const { exits, errors, warnings, isCurrent } = data;
  const text = useTexts();
  return (
    <div className={`card group-card${isCurrent ? " is-current" : ""}`} data-color={data.color}>
      <Handle type="target" position={Position.Left} className="port port-in" isConnectable={false} />
      <div className="card-head">
        <Toggle id={data.id} collapsed />
        <span className="card-title">
          <Title {...data} />
          <span className="card-kind">{text("group.steps", { count: data.count })}</span>
        </span>
        {isCurrent && <CurrentBadge />}
        <ProblemBadges errors={errors} warnings={warnings} />
      </div>
      <ul className="card-ports">
        {exits.map(({ target, name }) => (
          <li key={target} className="card-port">
            <span className="card-port-name">→ {name}</span>
            <Handle type="source" position={Position.Right} id={target} className="port" isConnectable={false} />
          </li>
        ))}
      </ul>
    </div>
  );
});

function Toggle({ id, collapsed }: { id: string; collapsed: boolean }) {
  const text = useTexts();
  const store = useEditorStore();
  const name = text(collapsed ? "group.expand" : "group.collapse");
  return (
    <button type="button" className="group-toggle nodrag" tabIndex={-1} aria-label={name} title={name} onClick={() => store.getState().edit(changeGroup(id, { collapsed: !collapsed }))}>
      {collapsed ? <ChevronRight size={16} aria-hidden /> : <ChevronDown size={16} aria-hidden />}
    </button>
  );
}

function Title({ id, title, name }: Shown) {
  const store = useEditorStore();
  const isWritten = useEditor(({ asking }) => asking?.what === "group" && asking.id === id);
  if (isWritten) {
    return <Writing id={id} before={title} />;
  }
  return (
    <span className="card-name" onDoubleClick={() => store.getState().ask({ what: "group", id })}>
      {name}
    </span>
  );
}

function Writing({ id, before }: { id: string; before: string }) {
  const text = useTexts();
  const writing = useWriting({
    what: "group",
    id,
    before,
    change: (words) => (words.trim() === before ? null : changeGroup(id, { title: words.trim() })),
    isEnd: ({ key }) => key === "Enter",
  });
  return <input className="nodrag nopan" aria-label={text("group.title")} placeholder={text("group.title")} {...writing} />;
}
