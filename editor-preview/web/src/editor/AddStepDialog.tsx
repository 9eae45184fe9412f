import { useTexts } from "../i18n/texts";
import { Dialog } from "../ui/Dialog";
import { Picker } from "../ui/Picker";
import { addNew, onlyWay, openWay, wayOf } from "./adding";
import { usePresetChoices } from "./presets";
import { selectedStep } from "./selection";
import { type Asking, useEditorStore } from "./store";

/** Where the step comes: at a way, or between that and where it leads; and at a place in the window. */
type AddStep = Omit<Extract<Asking, { what: "add" }>, "what">;

/** Asks what kind of step to add. Where nothing else is said it comes after the selected one: on its first way that leads nowhere, or within its only way. */
export function AddStepDialog({ from, between, at }: AddStep) {
  const text = useTexts();
  const store = useEditorStore();
  const choices = usePresetChoices();
  const pick = (preset: string) => {
    const editor = store.getState();
    editor.ask(null);
    const way = from ? wayOf(editor, from) : openWay(editor, selectedStep(editor));
    const only = from || way || at ? undefined : onlyWay(editor, selectedStep(editor));
    addNew(editor, preset, text, way ?? only, { between: between || only !== undefined, at });
  };
  return (
    <Dialog title={text("add.title")} at={at} onClose={() => store.getState().ask(null)}>
      <Picker label={text("add.search")} choices={choices} onPick={({ id }) => pick(id)} />
    </Dialog>
  );
}
