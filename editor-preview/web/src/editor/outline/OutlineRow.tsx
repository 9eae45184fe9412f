import { ChevronDown, ChevronRight, CircleX, Group as GroupIcon, StickyNote, TriangleAlert } from "lucide-react";
import { memo } from "react";

import { useTexts } from "../../i18n/texts";

interface Props {
  /** Its key in the tree, which hears of the clicks. */
  row: string;
  id: string;
  of: "step" | "way" | "group" | "note" | "heading";
  level: number;
  name: string;
  canOpen: boolean;
  isOpen: boolean;
  isSelected: boolean;
  /** The rehearsed conversation stands here. */
  isCurrent: boolean;
  /** The keys come to it. */
  isFocused: boolean;
  isDisabled: boolean;
  errors: number;
  warnings: number;
}

/** A line of the outline. It is drawn again only where what it shows is another: of a large bot there are many. */
export const OutlineRow = memo(function OutlineRow({ row, id, of, level, name, canOpen, isOpen, isSelected, isCurrent, isFocused, isDisabled, errors, warnings }: Props) {
  const text = useTexts();
  return (
    <div
      id={id}
      role="treeitem"
      data-row={row}
      className={errors > 0 ? "outline-row has-errors" : "outline-row"}
      style={{ paddingInlineStart: `${8 + 16 * (level - 1)}px` }}
      aria-level={level}
      aria-expanded={canOpen ? isOpen : undefined}
      aria-selected={isSelected}
      aria-current={isCurrent ? "step" : undefined}
      tabIndex={isFocused ? 0 : -1}
    >
      <span className="outline-toggle" aria-hidden>
        {canOpen && (isOpen ? <ChevronDown size={14} /> : <ChevronRight size={14} />)}
      </span>
      <span className={of === "way" ? "outline-name muted" : isDisabled ? "outline-name is-disabled" : "outline-name"}>
        {of === "group" && <GroupIcon size={14} aria-label={text("group.untitled")} />}
        {of === "note" && <StickyNote size={14} aria-label={text("note.one")} />}
        {name}
        {isDisabled && <span className="hidden">, {text("card.disabled")}</span>}
      </span>
      {errors > 0 && <CircleX size={14} className="error-text" aria-label={text("problems.errors", { count: errors })} />}
      {warnings > 0 && <TriangleAlert size={14} className="warn-text" aria-label={text("problems.warnings", { count: warnings })} />}
    </div>
  );
});
