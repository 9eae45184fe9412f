import { useTexts } from "../i18n/texts";
import { Dialog } from "../ui/Dialog";
import { addNew, openWay } from "./adding";
import { presetChoices } from "./presets";
import { StepPicker } from "./StepPicker";
import { useEditorStore } from "./store";

/** Asks what kind of step to add. It comes after the selected one, on its first way that leads nowhere. */
export function AddStepDialog() {
  const text = useTexts();
  const store = useEditorStore();
  const pick = (preset: string) => {
    const editor = store.getState();
    editor.ask(null);
    addNew(editor, preset, text, openWay(editor, [...editor.selected][0]));
  };
  return (
    <Dialog title={text("add.title")} onClose={() => store.getState().ask(null)}>
      <StepPicker label={text("add.search")} choices={presetChoices(text)} onPick={pick} />
    </Dialog>
  );
}
