import { useTexts } from "../i18n/texts";
import { Dialog } from "../ui/Dialog";
import { addNew, openWay } from "./adding";
import { BLANKS } from "./blanks";
import { kindText } from "./kinds";
import { StepPicker } from "./StepPicker";
import { useEditorStore } from "./store";

/** Asks what kind of step to add. It comes after the selected one, on its first way that leads nowhere. */
export function AddStepDialog() {
  const text = useTexts();
  const store = useEditorStore();
  const pick = (kind: string) => {
    const editor = store.getState();
    editor.ask(null);
    addNew(editor, kind, text, openWay(editor, [...editor.selected][0]));
  };
  return (
    <Dialog title={text("add.title")} onClose={() => store.getState().ask(null)}>
      <StepPicker label={text("add.search")} choices={BLANKS.map((kind) => ({ id: kind, name: text(kindText(kind)), more: text(`add.${kind}`) }))} onPick={pick} />
    </Dialog>
  );
}
