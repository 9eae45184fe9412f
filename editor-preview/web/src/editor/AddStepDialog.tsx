import { useTexts } from "../i18n/texts";
import { Dialog } from "../ui/Dialog";
import { CARD_WIDTH } from "./canvas/size";
import { type Position, positionsOf, stepsOf } from "./document";
import { addStep, freshId } from "./edits";
import { kindText } from "./kinds";
import { outcomesOf } from "./outcomes";
import { blankStep, BLANKS } from "./blanks";
import { StepPicker } from "./StepPicker";
import { type EditorState, useEditorStore } from "./store";

/** Asks what kind of step to add. It comes after the selected one, on its first way that leads nowhere. */
export function AddStepDialog() {
  const text = useTexts();
  const store = useEditorStore();
  const pick = (kind: string) => {
    const editor = store.getState();
    add(editor, kind, blankStep(kind, text));
    editor.ask(null);
  };
  return (
    <Dialog title={text("add.title")} onClose={() => store.getState().ask(null)}>
      <StepPicker label={text("add.search")} choices={BLANKS.map((kind) => ({ id: kind, name: text(kindText(kind)), more: text(`add.${kind}`) }))} onPick={pick} />
    </Dialog>
  );
}

function add(editor: EditorState, kind: string, step: ReturnType<typeof blankStep>): void {
  const { document } = editor.history;
  const [selected] = editor.selected;
  const before = selected === undefined ? undefined : stepsOf(document).get(selected);
  const outcome = before && outcomesOf(before).find(({ isOpen, rare }) => isOpen && !rare);
  const id = freshId(document, kind);
  editor.edit(addStep(id, step, selected !== undefined && outcome ? { step: selected, outcome } : undefined));
  editor.move(new Map([[id, placeAfter(editor, selected)]]), "add");
  editor.open(id, "text");
}

/** Right of the step before it; without one, below all others. */
function placeAfter({ history, arranged }: EditorState, selected: string | undefined): Position {
  const places = new Map([...arranged, ...positionsOf(history.document)]);
  const before = selected === undefined ? undefined : places.get(selected);
  if (before) {
    return { x: before.x + CARD_WIDTH + 96, y: before.y + 24 };
  }
  const lowest = Math.max(0, ...[...places.values()].map(({ y }) => y));
  return { x: 40, y: places.size > 0 ? lowest + 240 : 40 };
}
