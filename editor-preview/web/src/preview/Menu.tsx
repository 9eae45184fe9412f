import type { LucideIcon } from "lucide-react";
import { DropdownMenu } from "radix-ui";
import type { ReactNode } from "react";

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

/** A button that opens a menu. It leaves the page's scrolling alone, for which a style of its own would have to be written into the page. */
export function Menu({ trigger, sections, ...open }: { trigger: ReactNode; sections: readonly Section[]; open?: boolean; onOpenChange?: (isOpen: boolean) => void }) {
  return (
    <DropdownMenu.Root modal={false} {...open}>
      <DropdownMenu.Trigger asChild>{trigger}</DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content className="menu" sideOffset={4} collisionPadding={8} onKeyDown={(event) => event.stopPropagation()}>
          {sections.map(({ name, commands }, index) => (
            <DropdownMenu.Group key={name ?? index} className="menu-section">
              {name && <DropdownMenu.Label className="menu-label">{name}</DropdownMenu.Label>}
              {commands.map(({ id, ...command }) => (
                <Item key={id} {...command} />
              ))}
            </DropdownMenu.Group>
          ))}
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  );
}

function Item({ name, icon: Icon, isOn, isDisabled = false, run }: Omit<Command, "id">) {
  if (isOn !== undefined) {
    return (
      <DropdownMenu.CheckboxItem className="menu-item" checked={isOn} disabled={isDisabled} onSelect={run}>
        <span className="menu-check">
          <DropdownMenu.ItemIndicator>✓</DropdownMenu.ItemIndicator>
        </span>
        {name}
      </DropdownMenu.CheckboxItem>
    );
  }
  return (
    <DropdownMenu.Item className="menu-item" disabled={isDisabled} onSelect={run}>
      {Icon && <Icon size={16} aria-hidden />}
      {name}
    </DropdownMenu.Item>
  );
}
