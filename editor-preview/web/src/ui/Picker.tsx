import type { LucideIcon } from "lucide-react";
import { type KeyboardEvent, memo, type ReactNode, useId, useLayoutEffect, useMemo, useRef, useState } from "react";

import { useTexts } from "../i18n/texts";
import "./picker.css";

/** Something that can be picked. */
export interface Choice {
  id: string;
  name: string;
  /** A second, quieter word; it is searched, too. */
  more?: string;
  /** Other words that it is found by. */
  keywords?: readonly string[];
  /** The heading that it stands under. */
  group?: string;
  icon?: LucideIcon;
  /** The group of kinds that gives the icon its colour. */
  color?: string;
  /** What stands at the end of its line. */
  end?: ReactNode;
}

interface PickerProps<T extends Choice> {
  label: string;
  choices: readonly T[];
  className?: string;
  onPick: (choice: T) => void;
}

/** A list to search by typing: arrows move, Enter picks. The field keeps the focus, and says which line is meant. */
export function Picker<T extends Choice>({ label, choices, className = "", onPick }: PickerProps<T>) {
  const text = useTexts();
  const list = useId();
  const [typed, type] = useState("");
  const [active, setActive] = useState(0);
  const groups = useMemo(() => grouped(found(choices, typed)), [choices, typed]);
  const shown = groups.flatMap(({ members }) => members);
  // More may be found meanwhile, or less.
  const at = Math.min(active, shown.length - 1);
  const latest = useRef({ shown, onPick });
  latest.current = { shown, onPick };
  // The same for as long as the list is there, so that a line is drawn anew only when it changes.
  const lines = useRef({ pick: (choice: Choice) => latest.current.onPick(choice as T), point: (choice: Choice) => setActive(latest.current.shown.indexOf(choice as T)) });
  const element = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    if (at === 0) {
      element.current?.scrollTo?.(0, 0);
    } else {
      element.current?.querySelector('[aria-selected="true"]')?.scrollIntoView({ block: "nearest" });
    }
  }, [at, groups]);
  const onKeyDown = (event: KeyboardEvent) => {
    const target = { ArrowDown: (at + 1) % shown.length, ArrowUp: (at + shown.length - 1) % shown.length }[event.key];
    const chosen = shown[at];
    if (event.nativeEvent.isComposing || !chosen) {
      return;
    }
    if (target !== undefined) {
      event.preventDefault();
      setActive(target);
    } else if (event.key === "Enter") {
      event.preventDefault();
      onPick(chosen);
    }
  };
  return (
    <div className={`picker ${className}`}>
      <input
        className="input"
        type="text"
        role="combobox"
        value={typed}
        onChange={(event) => {
          type(event.target.value);
          setActive(0);
        }}
        onKeyDown={onKeyDown}
        placeholder={label}
        autoComplete="off"
        spellCheck={false}
        aria-label={label}
        aria-autocomplete="list"
        aria-expanded
        aria-controls={list}
        aria-activedescendant={shown[at] && optionId(list, shown[at])}
        data-autofocus
      />
      <div ref={element} id={list} role="listbox" className="picker-list" aria-label={label} tabIndex={-1}>
        {shown.length === 0 && <p className="muted">{text("picker.empty")}</p>}
        {groups.map(({ name, members }) => (
          <div key={name} role="group" aria-labelledby={name === "" ? undefined : headingId(list, name)}>
            {name !== "" && (
              <div id={headingId(list, name)} className="picker-heading">
                {name}
              </div>
            )}
            {members.map((choice) => (
              <Option key={choice.id} id={optionId(list, choice)} choice={choice} isActive={choice === shown[at]} {...lines.current} />
            ))}
          </div>
        ))}
      </div>
    </div>
  );
}

interface OptionProps {
  id: string;
  choice: Choice;
  isActive: boolean;
  pick: (choice: Choice) => void;
  point: (choice: Choice) => void;
}

const Option = memo(function Option({ id, choice, isActive, pick, point }: OptionProps) {
  const { name, more, icon: Icon, color, end } = choice;
  return (
    <div
      id={id}
      role="option"
      aria-selected={isActive}
      className="picker-item"
      // The field keeps the focus.
      onMouseDown={(event) => event.preventDefault()}
      onClick={() => pick(choice)}
      onPointerMove={isActive ? undefined : () => point(choice)}
    >
      <span className="picker-name" data-group={color}>
        {Icon && <Icon size={16} aria-hidden />}
        {name}
      </span>
      {more && <span className="muted">{more}</span>}
      {end}
    </div>
  );
});

function optionId(list: string, { id }: Choice): string {
  return `${list}-${id}`.replaceAll(" ", "-");
}

function headingId(list: string, group: string): string {
  return `${list}-group-${group}`.replaceAll(" ", "-");
}

/** The choices that answer what was typed, the best first; all of them in their order where nothing was. */
export function found<T extends Choice>(choices: readonly T[], typed: string): readonly T[] {
  if (typed.trim() === "") {
    return choices;
  }
  return choices
    .map((choice) => ({ choice, score: rank(typed, [choice.name, choice.more ?? "", ...(choice.keywords ?? [])]) }))
    .filter(({ score }) => score > 0)
    .toSorted((one, other) => other.score - one.score)
    .map(({ choice }) => choice);
}

/** Under their headings, of which the one with the best choice comes first. */
function grouped<T extends Choice>(choices: readonly T[]): readonly { name: string; members: readonly T[] }[] {
  const names = [...new Set(choices.map(({ group = "" }) => group))];
  return names.map((name) => ({ name, members: choices.filter(({ group = "" }) => group === name) }));
}

/** How well words answer what was typed: by the beginning of the first of them, which are the name, of a word in it, of another word for it; 0: not at all. */
function rank(typed: string, words: readonly string[]): number {
  const wanted = fold(typed.trim());
  const [name = "", ...others] = words.map(fold);
  if (name.startsWith(wanted)) {
    return 1;
  }
  if (beginsWord(name, wanted)) {
    return 0.9;
  }
  if (others.some((other) => beginsWord(other, wanted))) {
    return 0.5;
  }
  return name.includes(wanted) ? 0.3 : 0;
}

function beginsWord(words: string, wanted: string): boolean {
  return ` ${words.replaceAll(/[^\p{L}\p{N}]+/gu, " ")}`.includes(` ${wanted}`);
}

/** Without case and accents. */
function fold(words: string): string {
  return words.toLowerCase().normalize("NFD").replaceAll(/\p{M}/gu, "");
}
