import { cloneElement, type ComponentProps, createContext, type KeyboardEvent, type ReactElement, type ReactNode, type RefObject, useContext, useEffect, useId, useLayoutEffect, useRef, useState } from "react";

import "./menu.css";

/** Room between a menu and its button, and the edge of the window. */
const GAP = 4;
const MARGIN = 8;

/** Closes the menu that stands around an item. */
const CloseContext = createContext<() => void>(() => {});

interface MenuButtonProps {
  /** The button that opens it, and gives it its name. */
  trigger: ReactElement<ComponentProps<"button">>;
  /** Which of its edges is in line with the button's. */
  align?: "start" | "end";
  className?: string;
  /** Whether it is open, where something else than its button decides. */
  isOpen?: boolean;
  onOpenChange?: (isOpen: boolean) => void;
  /** It is gone, and what was done in it is there. */
  onClosed?: (() => void) | undefined;
  children: ReactNode;
}

/** A button that opens a menu. */
export function MenuButton({ trigger, align = "start", className = "", isOpen: isOpenOutside, onOpenChange, onClosed, children }: MenuButtonProps) {
  const [isOpenHere, openHere] = useState(false);
  const button = useRef<HTMLButtonElement>(null);
  const id = useId();
  const isOpen = isOpenOutside ?? isOpenHere;
  const open = (wanted: boolean) => {
    openHere(wanted);
    onOpenChange?.(wanted);
  };
  const opener = cloneElement(trigger, {
    ref: button,
    id,
    "aria-haspopup": "menu",
    "aria-expanded": isOpen,
    onClick: () => {
      // Not every browser gives it to a button that is clicked; it is where the focus comes back to.
      button.current?.focus();
      open(!isOpen);
    },
    onKeyDown: (event) => {
      if (event.key === "ArrowDown") {
        event.preventDefault();
        event.stopPropagation();
        open(true);
      }
    },
  });
  const beside = (menu: HTMLElement) => (button.current ? besideButton(menu, button.current.getBoundingClientRect(), align) : {});
  return (
    <>
      {opener}
      {isOpen && (
        <OpenMenu name={{ "aria-labelledby": id }} className={className} button={button} place={beside} onClose={() => open(false)} onClosed={onClosed}>
          {children}
        </OpenMenu>
      )}
    </>
  );
}

/** A place in the window, as a style. */
type Place = Partial<Record<"left" | "top" | "maxHeight", string>>;

interface OpenMenuProps {
  name: { "aria-label": string } | { "aria-labelledby": string };
  className?: string;
  /** What opened it: a click on it is no click elsewhere. */
  button?: RefObject<HTMLElement | null>;
  /** Where it stands. */
  place: (menu: HTMLElement) => Place;
  onClose: () => void;
  onClosed?: (() => void) | undefined;
  children: ReactNode;
}

/** A menu that is open, over everything else. Arrows, Home, End and first letters move in it; Escape, and a click elsewhere, close it. */
export function OpenMenu({ name, className = "", button, place, onClose, onClosed, children }: OpenMenuProps) {
  const menu = useRef<HTMLDivElement>(null);
  const latest = useRef({ place, onClose, onClosed });
  latest.current = { place, onClose, onClosed };

  // It takes the focus; at the end what had the focus has it again, unless what was done gave it to something else.
  useLayoutEffect(() => {
    const element = menu.current;
    const before = document.activeElement as HTMLElement | null;
    const put = () => element && Object.assign(element.style, latest.current.place(element));
    element?.showPopover();
    put();
    itemsOf(element)[0]?.focus({ preventScroll: true });
    window.addEventListener("scroll", put, true);
    window.addEventListener("resize", put);
    return () => {
      window.removeEventListener("scroll", put, true);
      window.removeEventListener("resize", put);
      if (document.activeElement === document.body || element?.contains(document.activeElement)) {
        before?.focus({ preventScroll: true });
      }
    };
  }, []);

  useEffect(() => {
    const leave = ({ target }: Event) => {
      if (!menu.current?.contains(target as Node) && !button?.current?.contains(target as Node)) {
        latest.current.onClose();
      }
    };
    const close = () => latest.current.onClose();
    window.addEventListener("pointerdown", leave, true);
    window.addEventListener("blur", close);
    return () => {
      window.removeEventListener("pointerdown", leave, true);
      window.removeEventListener("blur", close);
      latest.current.onClosed?.();
    };
  }, [button]);

  const onKeyDown = (event: KeyboardEvent) => {
    // The keys of the page behind it have no business here.
    event.stopPropagation();
    const closes = event.key === "Escape" || event.key === "Tab";
    const next = nextItem(itemsOf(menu.current), event.key);
    next?.focus();
    if (closes) {
      onClose();
    }
    if (next || closes) {
      event.preventDefault();
    }
  };
  return (
    <div ref={menu} className={`menu ${className}`} popover="manual" role="menu" {...name} onKeyDown={onKeyDown} onContextMenu={(event) => event.preventDefault()}>
      <CloseContext value={onClose}>{children}</CloseContext>
    </div>
  );
}

interface MenuItemProps extends Omit<ComponentProps<"button">, "onSelect"> {
  /** Whether a switch is on; what is none has no state. */
  isOn?: boolean | undefined;
  onSelect: () => void;
}

/** One thing that can be done in a menu. */
export function MenuItem({ isOn, onSelect, className = "menu-item", children, ...button }: MenuItemProps) {
  const close = useContext(CloseContext);
  const state = isOn === undefined ? ({ role: "menuitem" } as const) : ({ role: "menuitemcheckbox", "aria-checked": isOn } as const);
  return (
    <button
      type="button"
      tabIndex={-1}
      className={className}
      {...state}
      {...button}
      onClick={() => {
        close();
        onSelect();
      }}
      // What the pointer is at is what Enter would do.
      onPointerMove={(event) => event.currentTarget.focus({ preventScroll: true })}
    >
      {isOn !== undefined && (
        <span className="menu-check" aria-hidden>
          {isOn && "✓"}
        </span>
      )}
      {children}
    </button>
  );
}

/** Items that belong together, with a name of their own or without. */
export function MenuSection({ name, label, className = "", children }: { name?: string | undefined; label?: string; className?: string; children: ReactNode }) {
  const heading = useId();
  return (
    <div className={`menu-section ${className}`} role="group" aria-label={label} aria-labelledby={name === undefined ? undefined : heading}>
      {name !== undefined && (
        <div id={heading} className="menu-label">
          {name}
        </div>
      )}
      {children}
    </div>
  );
}

/** At a point, but inside of the window. */
export function atPoint(menu: HTMLElement, { x, y }: { x: number; y: number }): Place {
  const { width, height } = menu.getBoundingClientRect();
  return { left: `${Math.max(MARGIN, Math.min(x, innerWidth - width - MARGIN))}px`, top: `${Math.max(MARGIN, Math.min(y, innerHeight - height - MARGIN))}px`, maxHeight: `${innerHeight - 2 * MARGIN}px` };
}

/** Below a button, or above it where there is more room and it needs that. */
function besideButton(menu: HTMLElement, { left, right, top, bottom }: DOMRect, align: "start" | "end"): Place {
  const { width } = menu.getBoundingClientRect();
  const below = innerHeight - bottom - GAP - MARGIN;
  const above = top - GAP - MARGIN;
  const isBelow = menu.scrollHeight <= below || below >= above;
  const height = Math.min(menu.scrollHeight + 2, isBelow ? below : above);
  const x = align === "start" ? left : right - width;
  return { left: `${Math.max(MARGIN, Math.min(x, innerWidth - width - MARGIN))}px`, top: `${isBelow ? bottom + GAP : top - GAP - height}px`, maxHeight: `${height}px` };
}

function itemsOf(menu: HTMLElement | null): readonly HTMLElement[] {
  return [...(menu?.querySelectorAll<HTMLElement>('[role^="menuitem"]:not(:disabled)') ?? [])];
}

/** Where a key leads from the item that has the focus. */
function nextItem(items: readonly HTMLElement[], key: string): HTMLElement | undefined {
  const here = items.indexOf(document.activeElement as HTMLElement);
  switch (key) {
    case "ArrowDown":
    case "ArrowRight":
      return items[(here + 1) % items.length];
    case "ArrowUp":
    case "ArrowLeft":
      return items.at(here < 0 ? -1 : here - 1);
    case "Home":
      return items[0];
    case "End":
      return items.at(-1);
    default:
      return key.length === 1 && key !== " " ? [...items.slice(here + 1), ...items].find((item) => nameOf(item).startsWith(key.toLowerCase())) : undefined;
  }
}

function nameOf(item: HTMLElement): string {
  return (item.getAttribute("aria-label") ?? item.textContent ?? "").trim().toLowerCase();
}
