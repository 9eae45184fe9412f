import { Download, Ellipsis } from "lucide-react";

import { useLanguage, useTexts } from "../i18n/texts";
import { useEditorStore } from "../editor/store";
import { DELIVERY_ACTIONS, PEOPLE_ACTIONS } from "./actions";
import { Menu } from "./Menu";
import { download } from "../ui/download";
import { asTest } from "./saving";
import { usePreview, usePreviewStore } from "./store";
import { useAsking } from "./useAsking";
import { THEMES, WIDTHS } from "./view";

/** What becomes of messages, what people do, and how the phone is shown. */
export function MoreMenu() {
  const text = useTexts();
  const [language] = useLanguage();
  const editor = useEditorStore();
  const preview = usePreviewStore();
  const { show } = preview.getState();
  const { width, theme, follows } = usePreview((state) => state.view);
  const hasTurns = usePreview((state) => Boolean(state.answer?.turns.length));
  const { commands, dialog } = useAsking();
  const save = () => {
    const { at, answer, contact } = preview.getState();
    if (answer) {
      const name = new Intl.DateTimeFormat(language, { dateStyle: "medium", timeStyle: "short" }).format(new Date(at));
      download(`${editor.getState().id}.test.json`, asTest(name, at, contact, answer));
    }
  };
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
          { name: text("preview.delivery"), commands: commands(DELIVERY_ACTIONS) },
          { name: text("preview.people"), commands: commands(PEOPLE_ACTIONS) },
          { name: text("preview.view"), commands: [...widths, ...themes, follow] },
          { commands: [{ id: "save", name: text("preview.save"), icon: Download, isDisabled: !hasTurns, run: save }] },
        ]}
      />
      {dialog}
    </>
  );
}
