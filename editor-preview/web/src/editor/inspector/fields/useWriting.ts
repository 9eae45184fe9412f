import { type KeyboardEvent, type RefObject, useId, useLayoutEffect, useRef, useState } from "react";

import { complete, matching, openHole, type Word, wordAt, type Written } from "./writing";

/** An element that is written in. */
export type Writable = HTMLTextAreaElement | HTMLInputElement;

/** How many names are offered at once. */
const MOST = 40;

interface Options {
  value: string;
  names: () => readonly string[];
  isExpression: boolean;
  onWrite: (value: string) => void;
}

/** What the place for writing and the list of names beside it need. */
export interface Writing {
  element: RefObject<Writable | null>;
  /** The id of the list. */
  list: string;
  /** The names that are offered; none while the list is closed. */
  offered: readonly string[];
  active: number;
  /** Changes the text by a command, with the selection that it leaves. */
  change: (make: (written: Written) => Written) => void;
  /** Opens the list at the caret. */
  offer: () => void;
  choose: (name: string) => void;
  onChange: () => void;
  onKeyDown: (event: KeyboardEvent) => void;
  close: () => void;
}

/** Writing with names to choose from: arrows move in them, Enter or Tab takes one, Escape closes them. */
export function useWriting({ value, names, isExpression, onWrite }: Options): Writing {
  const element = useRef<Writable>(null);
  const list = useId();
  const [word, setWord] = useState<Word | null>(null);
  const [active, setActive] = useState(0);
  const wanted = useRef<Written | null>(null);
  // A text that was put in leaves the caret at its end; the command's own selection comes after it.
  useLayoutEffect(() => {
    if (wanted.current) {
      element.current?.setSelectionRange(wanted.current.start, wanted.current.end);
      wanted.current = null;
    }
  }, [value]);

  const offered = word === null ? [] : matching(names(), word.typed).slice(0, MOST);
  const written = (): Written => ({ value: element.current?.value ?? value, start: element.current?.selectionStart ?? value.length, end: element.current?.selectionEnd ?? value.length });
  const change = (make: (written: Written) => Written) => {
    const made = make(written());
    wanted.current = made;
    element.current?.focus();
    onWrite(made.value);
    return made;
  };
  const choose = (name: string) => {
    if (word) {
      change((now) => complete(now, word, name, isExpression));
      setWord(null);
    }
  };
  return {
    element,
    list,
    offered,
    active: Math.min(active, offered.length - 1),
    change,
    offer: () => {
      const made = change((now) => (!isExpression && wordAt(now.value, now.start, false) ? now : openHole(now, isExpression)));
      setWord(wordAt(made.value, made.start, isExpression) ?? { from: made.start, typed: "" });
      setActive(0);
    },
    choose,
    onChange: () => {
      const { start } = written();
      const found = wordAt(element.current?.value ?? "", start, isExpression);
      // An expression may begin with anything: its list waits for the first letter.
      setWord(found && (!isExpression || found.typed !== "") ? found : null);
      setActive(0);
    },
    onKeyDown: (event) => {
      const move = { ArrowDown: 1, ArrowUp: -1 }[event.key];
      if (offered.length === 0) {
        return;
      }
      if (move !== undefined) {
        event.preventDefault();
        setActive((active + move + offered.length) % offered.length);
      } else if ((event.key === "Enter" || event.key === "Tab") && !event.shiftKey) {
        event.preventDefault();
        choose(offered[active] ?? "");
      } else if (event.key === "Escape") {
        event.preventDefault();
        event.stopPropagation();
        setWord(null);
      }
    },
    close: () => setWord(null),
  };
}
