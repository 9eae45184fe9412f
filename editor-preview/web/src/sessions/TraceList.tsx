import { type KeyboardEvent, useEffect, useRef } from "react";

import { zoneOf } from "../editor/document";
import { useDocument } from "../editor/store";
import type { Entry } from "../trace/replay";
import { AskedParts } from "../trace/AskedParts";
import { TraceLineText } from "../trace/TraceLineText";
import { useDates } from "../i18n/dates";
import { useTexts } from "../i18n/texts";

/** All that the session did, line by line, with times. A line that is chosen is shown on the graph and in the chat. */
export function TraceList({ entries, index, onSelect }: { entries: readonly Entry[]; index: number; onSelect: (index: number) => void }) {
  const text = useTexts();
  const { clock } = useDates(zoneOf(useDocument()));
  const list = useRef<HTMLOListElement>(null);
  useEffect(() => {
    const here = list.current?.querySelector<HTMLElement>("[aria-current]");
    here?.scrollIntoView({ block: "nearest" });
    if (list.current?.contains(document.activeElement)) {
      here?.focus();
    }
  }, [index]);
  const onKeyDown = (event: KeyboardEvent) => {
    const to = { ArrowDown: index + 1, ArrowUp: index - 1, Home: 0, End: entries.length - 1 }[event.key];
    if (to !== undefined) {
      event.preventDefault();
      onSelect(to);
    }
  };
  return (
    <section className="replay-trace" aria-label={text("tabs.trace")}>
      <h2>{text("tabs.trace")}</h2>
      <ol ref={list} className="trace-lines" onKeyDown={onKeyDown}>
        {entries.map(({ at, moment, what }, place) => {
          const isFirstOfTurn = entries[place - 1]?.moment.line !== moment.line;
          const isHere = place === index;
          return (
            <li key={place} className={isFirstOfTurn ? "is-first" : undefined}>
              {/* One of the lines is reached by Tab, the others from there by arrows. */}
              <button type="button" className="trace-line" aria-current={isHere ? "true" : undefined} tabIndex={isHere ? 0 : -1} onClick={() => onSelect(place)}>
                <time dateTime={at} className={isFirstOfTurn ? "muted" : "hidden"}>
                  {clock(at)}
                </time>
                <TraceLineText line={what} />
              </button>
              <AskedParts line={what} />
            </li>
          );
        })}
      </ol>
    </section>
  );
}
