import type { LucideIcon } from "lucide-react";
import type { ComponentProps, ReactElement } from "react";

import { MenuButton, MenuItem, MenuSection } from "../ui/Menu";

/** One command of a menu. */
export interface Command {
  id: string;
  name: string;
  icon?: LucideIcon;
  /** Whether a switch is on; what is none has no state. */
  isOn?: boolean;
  isDisabled?: boolean;
  run: () => void;
}

/** Commands that belong together, under a name of their own. */
export interface Section {
  name?: string;
  commands: readonly Command[];
}

interface MenuProps {
  trigger: ReactElement<ComponentProps<"button">>;
  sections: readonly Section[];
  /** Whether it is open, where a key can open it, too. */
  isOpen?: boolean;
  onOpenChange?: (isOpen: boolean) => void;
}

/** A button that opens a menu of commands. */
export function Menu({ sections, ...button }: MenuProps) {
  return (
    <MenuButton {...button}>
      {sections.map(({ name, commands }, index) => (
        <MenuSection key={name ?? index} name={name}>
          {commands.map(({ id, name: said, icon: Icon, isOn, isDisabled = false, run }) => (
            <MenuItem key={id} isOn={isOn} disabled={isDisabled} onSelect={run}>
              {Icon && <Icon size={16} aria-hidden />}
              {said}
            </MenuItem>
          ))}
        </MenuSection>
      ))}
    </MenuButton>
  );
}
