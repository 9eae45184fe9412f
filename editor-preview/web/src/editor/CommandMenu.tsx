import { Fragment, type KeyboardEvent, useEffect, useLayoutEffect, useRef, useState } from "react";

import { useTexts } from "../i18n/texts";
import { usePreviewStore } from "../preview/store";
import { COMMANDS, type Command, SECTIONS } from "./commands";
import type { Position } from "./document";
import { shownKeys } from "./keys";
import { type MenuOf, useEditorStore } from "./store";

/** Room between the menu and the edge of the window. */
const MARGIN = 8;

/** The commands for what it was opened on, at a place in the window. Arrows, Home, End and first letters move in it; Escape closes it. */
export function CommandMenu({ of, at }: { of: MenuOf; at: Position }) {
  const text = useTexts();
  const store = useEditorStore();
  const preview = usePreviewStore();
  const menu = useRef<HTMLDivElement>(null);
  const [place, setPlace] = useState(at);
  const editor = store.getState();
  const commands = COMMANDS.filter(({ menus, isEnabled }) => menus.includes(of) && isEnabled(editor));
  const sections = SECTIONS.map((section) => commands.filter((command) => command.section === section)).filter(({ length }) => length > 0);

  // It stands inside of the window, and takes the focus; at the end what had the focus has it again.
  useLayoutEffect(() => {
    const before = document.activeElement as HTMLElement | null;
    const { width, height } = menu.current?.getBoundingClientRect() ?? { width: 0, height: 0 };
    setPlace({ x: Math.max(MARGIN, Math.min(at.x, innerWidth - width - MARGIN)), y: Math.max(MARGIN, Math.min(at.y, innerHeight - height - MARGIN)) });
    menu.current?.querySelector<HTMLElement>('[role="menuitem"]')?.focus();
    return () => {
      if (document.activeElement === document.body || menu.current?.contains(document.activeElement)) {
        before?.focus({ preventScroll: true });
      }
    };
  }, [at]);

  const close = () => store.getState().ask(null);
  useEffect(() => {
    const leave = ({ target }: Event) => {
      if (!menu.current?.contains(target as Node)) {
        close();
      }
    };
    window.addEventListener("pointerdown", leave, true);
    window.addEventListener("blur", close);
    window.addEventListener("resize", close);
    return () => {
      window.removeEventListener("pointerdown", leave, true);
      window.removeEventListener("blur", close);
      window.removeEventListener("resize", close);
    };
  }, [store]);

  const pick = (command: Command) => {
    close();
    command.run(store.getState(), { at, preview: preview.getState() });
  };
  const onKeyDown = (event: KeyboardEvent) => {
    event.stopPropagation();
    const items = [...(menu.current?.querySelectorAll<HTMLElement>('[role="menuitem"]') ?? [])];
    const here = items.indexOf(document.activeElement as HTMLElement);
    const next = (): HTMLElement | undefined => {
      switch (event.key) {
        case "ArrowDown":
        case "ArrowRight":
          return items[(here + 1) % items.length];
        case "ArrowUp":
        case "ArrowLeft":
          return items.at(here - 1);
        case "Home":
          return items[0];
        case "End":
          return items.at(-1);
        default:
          return event.key.length === 1 && event.key !== " " ? [...items.slice(here + 1), ...items].find((item) => nameOf(item).startsWith(event.key.toLowerCase())) : undefined;
      }
    };
    const found = next();
    found?.focus();
    if (event.key === "Escape" || event.key === "Tab") {
      close();
    }
    if (found || ["Escape", "Tab"].includes(event.key)) {
      event.preventDefault();
    }
  };

  return (
    <div ref={menu} className="command-menu" role="menu" aria-label={text(`menu.${of}`)} style={{ left: place.x, top: place.y }} onKeyDown={onKeyDown} onContextMenu={(event) => event.preventDefault()}>
      {sections.map((section, index) => (
        <Fragment key={section[0]?.section}>
          {index > 0 && <div role="separator" className="command-menu-line" />}
          <div className={`command-menu-section is-${section[0]?.section}`} role="group" aria-label={text(`section.${section[0]?.section}`)}>
            {section.map((command) => (
              <button key={command.id} type="button" role="menuitem" tabIndex={-1} className="command-menu-item" onClick={() => pick(command)} {...named(command, text(command.text))}>
                {command.section === "color" ? <span className="swatch" data-color={command.id.replace("color_", "")} /> : <span>{text(command.text)}</span>}
                {command.keys[0] !== undefined && (
                  <kbd className="muted" aria-hidden>
                    {shownKeys(command.keys[0]).join("+")}
                  </kbd>
                )}
              </button>
            ))}
          </div>
        </Fragment>
      ))}
    </div>
  );
}

/** A colour is shown and not written, so its name is said. */
function named({ section }: Command, name: string): { "aria-label"?: string; title?: string } {
  return section === "color" ? { "aria-label": name, title: name } : {};
}

function nameOf(item: HTMLElement): string {
  return (item.getAttribute("aria-label") ?? item.textContent ?? "").toLowerCase();
}
