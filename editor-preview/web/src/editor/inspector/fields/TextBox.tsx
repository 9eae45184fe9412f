import { Bold, Braces, Code, Italic, Smile, Strikethrough } from "lucide-react";
import type { ReactNode, Ref } from "react";

import { useTexts } from "../../../i18n/texts";
import { MenuButton, MenuItem } from "../../../ui/Menu";
import { useEditorStore } from "../../store";
import { useFullName } from "../form";
import type { Control } from "./Field";
import { useWriting, type Writing } from "./useWriting";
import { insert, mark } from "./writing";

/** How a text is written: as one line or several, as WhatsApp's text or as code. */
export interface Look {
  isLong?: boolean;
  isCode?: boolean;
  isExpression?: boolean;
}

interface Props extends Look {
  value: string;
  names: () => readonly string[];
  placeholder?: string;
  onWrite: (value: string) => void;
  /** The place for writing, with the commands for it. */
  children: (box: (control: Control) => ReactNode, writing: Writing) => ReactNode;
}

/** A place for writing that offers names: in texts after two braces, in expressions from the first letter on. */
export function TextBox({ value, names, placeholder, isLong = false, isCode = false, isExpression = false, onWrite, children }: Props) {
  const store = useEditorStore();
  const writing = useWriting({ value, names, isExpression, onWrite });
  const isOpen = writing.offered.length > 0;
  const box = (control: Control) => {
    const common = {
      ...control,
      value,
      placeholder,
      className: isCode ? "input code" : "input",
      spellCheck: !isCode,
      "aria-autocomplete": "list" as const,
      "aria-controls": isOpen ? writing.list : undefined,
      "aria-activedescendant": isOpen ? `${writing.list}-${writing.active}` : undefined,
      onChange: (event: { target: { value: string } }) => {
        onWrite(event.target.value);
        writing.onChange();
      },
      onKeyDown: writing.onKeyDown,
      onBlur: () => {
        store.getState().endGesture();
        writing.close();
      },
    };
    return (
      <div className="text-box">
        {isLong ? (
          <textarea {...common} ref={writing.element as Ref<HTMLTextAreaElement>} rows={Math.min(10, value.split("\n").length + 1)} />
        ) : (
          <input {...common} ref={writing.element as Ref<HTMLInputElement>} />
        )}
        {isOpen && <NameOffers writing={writing} />}
      </div>
    );
  };
  return children(box, writing);
}

/** The names that go on from what is written. */
function NameOffers({ writing: { list, offered, active, choose } }: { writing: Writing }) {
  const text = useTexts();
  return (
    <ul id={list} role="listbox" aria-label={text("field.names")} className="offers">
      {offered.map((name, index) => (
        <li
          key={name}
          id={`${list}-${index}`}
          ref={(element) => {
            if (index === active) {
              element?.scrollIntoView?.({ block: "nearest" });
            }
          }}
          role="option"
          aria-selected={index === active}
          // The place for writing keeps the focus.
          onMouseDown={(event) => {
            event.preventDefault();
            choose(name);
          }}
        >
          {name}
        </li>
      ))}
    </ul>
  );
}

/** The command that offers names. */
export function NamesTool({ writing, label }: { writing: Writing; label: string }) {
  const text = useTexts();
  const full = useFullName();
  const name = text("field.insert_name", { field: full(label) });
  return (
    <button type="button" className="tool" aria-label={name} title={name} onMouseDown={(event) => event.preventDefault()} onClick={writing.offer}>
      <Braces size={14} aria-hidden />
    </button>
  );
}

const MARKS = [
  { id: "field.bold", marker: "*", Icon: Bold },
  { id: "field.italic", marker: "_", Icon: Italic },
  { id: "field.strike", marker: "~", Icon: Strikethrough },
  { id: "field.mono", marker: "```", Icon: Code },
] as const;

const EMOJI = ["👋", "😊", "😉", "🙏", "👍", "👏", "🎉", "❤️", "⭐", "🔥", "✅", "❌", "⚠️", "⏰", "📅", "📍", "📞", "✉️", "📎", "💳", "🛒", "📦", "🚚", "☕"];

/** The commands that format a message's text as WhatsApp does, and its emoji. */
export function FormatTools({ writing, label }: { writing: Writing; label: string }) {
  const text = useTexts();
  const full = useFullName(label);
  return (
    <span className="format-tools" role="group" aria-label={text("field.format", { field: label })}>
      {MARKS.map(({ id, marker, Icon }) => (
        <button key={id} type="button" className="tool" aria-label={full(text(id))} title={text(id)} onMouseDown={(event) => event.preventDefault()} onClick={() => writing.change((now) => mark(now, marker))}>
          <Icon size={14} aria-hidden />
        </button>
      ))}
      <EmojiTool label={label} onPick={(emoji) => writing.change((now) => insert(now, emoji))} />
    </span>
  );
}

/** A few emoji to pick from; any other can be typed. */
export function EmojiTool({ label, onPick }: { label: string; onPick: (emoji: string) => void }) {
  const text = useTexts();
  const full = useFullName(label);
  return (
    <MenuButton
      align="end"
      className="emoji-menu"
      trigger={
        <button type="button" className="tool" aria-label={full(text("field.emoji_pick"))} title={text("field.emoji_pick")}>
          <Smile size={14} aria-hidden />
        </button>
      }
    >
      {EMOJI.map((emoji) => (
        <MenuItem key={emoji} className="emoji" onSelect={() => onPick(emoji)}>
          {emoji}
        </MenuItem>
      ))}
    </MenuButton>
  );
}
