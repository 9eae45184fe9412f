import { Tabs } from "radix-ui";

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

/** At the right: the selected step, and the conversation that is rehearsed. */
export function SidePanel() {
  const text = useTexts();
  const tab = useEditor((state) => state.tab);
  const show = useEditor((state) => state.show);
  return (
    <Tabs.Root className="side-panel" value={tab} onValueChange={(chosen) => show(chosen as Tab)}>
      <Tabs.List className="tabs" aria-label={text("tabs.label")}>
        {TABS.map(({ tab: name }) => (
          <Tabs.Trigger key={name} value={name} className="tab">
            {text(`tabs.${name}`)}
          </Tabs.Trigger>
        ))}
      </Tabs.List>
      {TABS.map(({ tab: name, Content }) => (
        <Tabs.Content key={name} value={name} className="tab-content">
          <Content />
        </Tabs.Content>
      ))}
    </Tabs.Root>
  );
}
