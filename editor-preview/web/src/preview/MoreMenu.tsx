import { Download, Ellipsis, ListChecks } from "lucide-react";
import { useState } from "react";

import { useTexts } from "../i18n/texts";
import { later } from "../ui/later";
import { DELIVERY_ACTIONS, PEOPLE_ACTIONS } from "./actions";
import { Menu } from "./Menu";
import { usePreview, usePreviewStore } from "./store";
import { useCommands } from "./useCommands";
import { THEMES, WIDTHS } from "./view";

const SaveTestDialog = later(async () => (await import("./SaveTestDialog")).SaveTestDialog);
const TestsDialog = later(async () => (await import("./TestsDialog")).TestsDialog);

/** What becomes of messages, what people do, and how the phone is shown. */
export function MoreMenu() {
  const text = useTexts();
  const preview = usePreviewStore();
  const { show } = preview.getState();
  const { width, theme, follows } = usePreview((state) => state.view);
  const hasTurns = usePreview((state) => Boolean(state.answer?.turns.length));
  const delivery = useCommands(DELIVERY_ACTIONS);
  const people = useCommands(PEOPLE_ACTIONS);
  const [opened, open] = useState<"save" | "tests" | null>(null);
  const widths = WIDTHS.map((one) => ({ id: `${one}`, name: text("view.width", { width: one }), isOn: width === one, run: () => show({ width: width === one ? null : one }) }));
  const themes = THEMES.map((one) => ({ id: one, name: text(`view.${one}`), isOn: theme === one, run: () => show({ theme: theme === one ? null : one }) }));
  const follow = { id: "follow", name: text("view.follow"), isOn: follows, run: () => show({ follows: !follows }) };
  return (
    <>
      <Menu
        trigger={
          <button type="button" className="button icon" aria-label={text("preview.more")} title={text("preview.more")}>
            <Ellipsis size={16} aria-hidden />
          </button>
        }
        sections={[
          { name: text("preview.delivery"), commands: delivery },
          { name: text("preview.people"), commands: people },
          { name: text("preview.view"), commands: [...widths, ...themes, follow] },
          { commands: [{ id: "save", name: text("preview.save"), icon: Download, isDisabled: !hasTurns, run: () => open("save") }, { id: "tests", name: text("test.run"), icon: ListChecks, run: () => open("tests") }] },
        ]}
      />
      {opened === "save" && <SaveTestDialog onClose={() => open(null)} />}
      {opened === "tests" && <TestsDialog onClose={() => open(null)} />}
    </>
  );
}
