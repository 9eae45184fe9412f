/** Keys as people read them, such as `Mod+Shift+Z`; `Mod` is Control, and Command on Apple's machines. */

/** What there is to know of a key that was pressed. */
export interface Pressed {
  key: string;
  code: string;
  ctrlKey: boolean;
  metaKey: boolean;
  altKey: boolean;
  shiftKey: boolean;
}

const isApple = typeof navigator !== "undefined" && /Mac|iPhone|iPad/.test(navigator.userAgent);

/** Whether this is what was pressed. */
export function isPressed(keys: string, event: Pressed): boolean {
  // The last part is the key itself, which can be a plus.
  const [, modifiers = "", key = ""] = /^(.*\+)?(.+)$/.exec(keys) ?? [];
  const held = new Set(modifiers.split("+"));
  const isShiftAsSaid = held.has("Shift") === event.shiftKey || isSign(key);
  return held.has("Mod") === (event.ctrlKey || event.metaKey) && held.has("Alt") === event.altKey && isShiftAsSaid && nameOf(event) === key;
}

/** The parts of a key as they stand on the keyboard, to be shown. */
export function shownKeys(keys: string): string[] {
  const [, modifiers = "", key = ""] = /^(.*\+)?(.+)$/.exec(keys) ?? [];
  return [...modifiers.split("+").filter((part) => part !== ""), key].map((part) => (isApple ? APPLE[part] : undefined) ?? SHOWN[part] ?? part);
}

const SHOWN: Readonly<Record<string, string>> = {
  Mod: "Ctrl",
  ArrowLeft: "←",
  ArrowRight: "→",
  ArrowUp: "↑",
  ArrowDown: "↓",
  Delete: "Del",
  Escape: "Esc",
  ContextMenu: "☰",
};
const APPLE: Readonly<Record<string, string>> = { Mod: "⌘", Shift: "⇧", Alt: "⌥", Delete: "⌦", Backspace: "⌫" };

/** Some keyboards need Shift for a sign, others do not. */
function isSign(key: string): boolean {
  return key.length === 1 && !/[A-Z0-9]/.test(key);
}

/** The key by its letter; where the keyboard writes another script, by its place. */
function nameOf({ key, code }: Pressed): string {
  if (key.length !== 1) {
    return key;
  }
  const isLatin = key.charCodeAt(0) < 128;
  return isLatin ? key.toUpperCase() : code.replace(/^Key/, "");
}

/** Whether these keys, such as `C` or `Shift+L`, are one character: no command key is held with it. */
export function isSingleKey(keys: string): boolean {
  return /^(Shift\+)?.$/u.test(keys);
}
