import { Command } from "cmdk";

import { useTexts } from "../i18n/texts";

/** Something that can be picked. */
export interface Choice {
  id: string;
  name: string;
  /** A second, quieter word; it is searched, too. */
  more?: string;
}

/** A list to search by typing: arrows move, Enter picks. */
export function StepPicker({ label, choices, onPick }: { label: string; choices: readonly Choice[]; onPick: (id: string) => void }) {
  const text = useTexts();
  return (
    <Command className="picker" label={label}>
      <Command.Input className="input" placeholder={label} aria-label={label} data-autofocus />
      <Command.List className="picker-list" label={label}>
        <Command.Empty className="muted">{text("picker.empty")}</Command.Empty>
        {choices.map(({ id, name, more }) => (
          <Command.Item key={id} value={id} keywords={[name, more ?? ""]} onSelect={() => onPick(id)} className="picker-item">
            <span>{name}</span>
            {more && <span className="muted">{more}</span>}
          </Command.Item>
        ))}
      </Command.List>
    </Command>
  );
}
