/** What happens while a text or an expression is written: which word the caret stands in, and what a choice or a command makes of it. */

/** A text with its selection. */
export interface Written {
  value: string;
  start: number;
  end: number;
}

/** The name that is being written. */
export interface Word {
  /** Where it begins. */
  from: number;
  typed: string;
}

/** The name before the caret: in a text only between braces. */
export function wordAt(value: string, caret: number, isExpression: boolean): Word | undefined {
  const before = value.slice(0, caret);
  const hole = isExpression ? before : before.slice(before.lastIndexOf("{{") + 2);
  if (!isExpression && (!before.includes("{{") || hole.includes("}}"))) {
    return undefined;
  }
  const isInQuotes = (hole.match(/"/g)?.length ?? 0) % 2 === 1;
  const typed = /[a-z_][\w.]*$/i.exec(hole)?.[0] ?? "";
  const isCall = typed === "" && hole.trim() !== "";
  return isInQuotes || isCall ? undefined : { from: caret - typed.length, typed };
}

/** The names that go on from what is typed, those that begin with it first. */
export function matching(names: readonly string[], typed: string): readonly string[] {
  const wanted = typed.toLowerCase();
  const begin = names.filter((name) => name.toLowerCase().startsWith(wanted));
  const hold = names.filter((name) => !begin.includes(name) && name.toLowerCase().includes(wanted));
  return [...begin, ...hold].filter((name) => name !== typed);
}

/** Puts a name in the place of the word; in a text it closes the braces, too. */
export function complete({ value, end }: Written, { from }: Word, name: string, isExpression: boolean): Written {
  const before = value.slice(0, from);
  const rest = value.slice(end);
  const space = !isExpression && before.endsWith("{{") ? " " : "";
  const close = isExpression || /^\s*\}\}/.test(rest) ? "" : " }}";
  const caret = from + space.length + name.length + close.length;
  return { value: `${before}${space}${name}${close}${rest}`, start: caret, end: caret };
}

/** Opens a place for a name at the caret: braces in a text. */
export function openHole({ value, start, end }: Written, isExpression: boolean): Written {
  const opening = isExpression ? "" : "{{ ";
  const caret = start + opening.length;
  return { value: `${value.slice(0, start)}${opening}${isExpression ? value.slice(end) : ` }}${value.slice(end)}`}`, start: caret, end: caret };
}

/** Puts a marker on both sides of the selection, or takes it off. */
export function mark({ value, start, end }: Written, marker: string): Written {
  const [before, chosen, after] = [value.slice(0, start), value.slice(start, end), value.slice(end)];
  const { length } = marker;
  if (before.endsWith(marker) && after.startsWith(marker)) {
    return { value: `${before.slice(0, -length)}${chosen}${after.slice(length)}`, start: start - length, end: end - length };
  }
  return { value: `${before}${marker}${chosen}${marker}${after}`, start: start + length, end: end + length };
}

/** Puts something in the place of the selection. */
export function insert({ value, start, end }: Written, what: string): Written {
  const caret = start + what.length;
  return { value: `${value.slice(0, start)}${what}${value.slice(end)}`, start: caret, end: caret };
}
