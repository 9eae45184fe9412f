import { useMemo } from "react";

import { useTexts } from "../i18n/texts";
import { type Choice, Picker } from "../ui/Picker";
import { addNew, type From } from "./adding";
import { kindOf, stepName, stepsOf } from "./document";
import { connect } from "./edits";
import { kindText } from "./kinds";
import { usePresetChoices } from "./presets";
import { useDocument, useEditorStore } from "./store";

/** Before the preset of a step that is not there yet; no id of a step holds a colon. */
const NEW = "new:";

interface TargetPickerProps {
  /** The way that is to lead somewhere; a new step can be made where it is known. */
  from: From | undefined;
  onClose: () => void;
  /** What to do with a step that is there, where that is not to connect the way. */
  onPick?: (target: string) => void;
}

/** Where a way leads: to a step that is there, or to a new one. */
export function TargetPicker({ from, onClose, onPick }: TargetPickerProps) {
  const text = useTexts();
  const store = useEditorStore();
  const presets = usePresetChoices();
  const canCreate = from !== undefined;
  const document = useDocument();
  const choices = useMemo(() => {
    const there = [...stepsOf(document)].map(([id, step]): Choice => ({ id, name: stepName(id, step), more: text(kindText(kindOf(step)), { kind: kindOf(step) }) }));
    const fresh = canCreate ? presets.map((choice) => ({ ...choice, id: `${NEW}${choice.id}`, name: text("connect.new", { kind: choice.name }) })) : [];
    return [...there, ...fresh];
  }, [document, canCreate, presets, text]);
  const pick = (target: string) => {
    const editor = store.getState();
    onClose();
    if (from && target.startsWith(NEW)) {
      addNew(editor, target.slice(NEW.length), text, from);
    } else if (from) {
      editor.edit(connect(from.step, from.outcome, target));
    } else {
      onPick?.(target);
    }
  };
  return <Picker label={text("connect.to")} choices={choices} onPick={({ id }) => pick(id)} />;
}
