import { type KeyboardEvent, useId } from "react";

import { useTexts } from "../i18n/texts";
import { Phone } from "../preview/Phone";
import { Trace } from "../preview/Trace";
import { Variables } from "../preview/Variables";
import { Inspector } from "./inspector/Inspector";
import { JsonTab } from "./source/JsonTab";
import { type Tab, useEditor } from "./store";

/** The tabs, from the left. */
const TABS = [
  { tab: "step", Content: Inspector },
  { tab: "preview", Content: Phone },
  { tab: "variables", Content: Variables },
  { tab: "trace", Content: Trace },
  { tab: "json", Content: JsonTab },
] as const satisfies readonly { tab: Tab; Content: () => React.ReactNode }[];

/** Where a key leads from a tab, as a step in their row. */
const MOVES: Readonly<Record<string, (here: number) => number>> = {
  ArrowRight: (here) => (here + 1) % TABS.length,
  ArrowLeft: (here) => (here + TABS.length - 1) % TABS.length,
  Home: () => 0,
  End: () => TABS.length - 1,
};

/** At the right: the selected step, and the conversation that is rehearsed. */
export function SidePanel() {
  const text = useTexts();
  const chosen = useEditor((state) => state.tab);
  const show = useEditor((state) => state.show);
  const id = useId();
  const { Content } = TABS.find(({ tab }) => tab === chosen) ?? TABS[0];
  const onKeyDown = (event: KeyboardEvent<HTMLElement>) => {
    const next = MOVES[event.key]?.(TABS.findIndex(({ tab }) => tab === chosen));
    const to = next === undefined ? undefined : TABS[next];
    if (next !== undefined && to) {
      event.preventDefault();
      event.stopPropagation();
      show(to.tab);
      (event.currentTarget.children[next] as HTMLElement).focus();
    }
  };
  return (
    <div className="side-panel">
      <div className="tabs" role="tablist" aria-label={text("tabs.label")} onKeyDown={onKeyDown}>
        {TABS.map(({ tab }) => (
          <button key={tab} type="button" role="tab" id={`${id}-${tab}`} className="tab" aria-selected={tab === chosen} aria-controls={`${id}-panel`} tabIndex={tab === chosen ? 0 : -1} onClick={() => show(tab)}>
            {text(`tabs.${tab}`)}
          </button>
        ))}
      </div>
      <div key={chosen} role="tabpanel" id={`${id}-panel`} className="tab-content" aria-labelledby={`${id}-${chosen}`} tabIndex={0}>
        <Content />
      </div>
    </div>
  );
}
