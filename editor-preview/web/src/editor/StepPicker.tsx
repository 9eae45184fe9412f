import { Command } from "cmdk";
import type { LucideIcon } from "lucide-react";

import { useTexts } from "../i18n/texts";

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
}

/** A list to search by typing: arrows move, Enter picks. */
export function StepPicker({ label, choices, onPick }: { label: string; choices: readonly Choice[]; onPick: (id: string) => void }) {
  const text = useTexts();
  const groups = [...new Set(choices.map(({ group }) => group))];
  return (
    <Command className="picker" label={label} filter={rank}>
      <Command.Input className="input" placeholder={label} aria-label={label} data-autofocus />
      <Command.List className="picker-list" label={label}>
        <Command.Empty className="muted">{text("picker.empty")}</Command.Empty>
        {groups.map((group) => (
          <Command.Group key={group ?? ""} heading={group}>
            {choices
              .filter((choice) => choice.group === group)
              .map((choice) => (
                // What it is found by is read when it appears: with more words it is another one.
                <Item key={`${choice.id} ${choice.keywords?.length ?? 0}`} choice={choice} onPick={onPick} />
              ))}
          </Command.Group>
        ))}
      </Command.List>
    </Command>
  );
}

function Item({ choice: { id, name, more, keywords = [], icon: Icon, color }, onPick }: { choice: Choice; onPick: (id: string) => void }) {
  return (
    <Command.Item value={id} keywords={[name, more ?? "", ...keywords]} onSelect={() => onPick(id)} className="picker-item">
      <span className="picker-name" data-group={color}>
        {Icon && <Icon size={16} aria-hidden />}
        {name}
      </span>
      {more && <span className="muted">{more}</span>}
    </Command.Item>
  );
}

/** How well a choice answers what was typed: by the beginning of its name, of a word in it, of another word for it; 0: not at all. */
export function rank(_: string, typed: string, keywords: readonly string[] = []): number {
  const wanted = fold(typed.trim());
  const [name = "", ...others] = keywords.map(fold);
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
