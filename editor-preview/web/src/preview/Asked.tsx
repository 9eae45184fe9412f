import { useTexts } from "../i18n/texts";
import { CUSTOMER_ACTIONS, DELIVERY_ACTIONS, PEOPLE_ACTIONS } from "./actions";
import { AskDialog } from "./AskDialog";
import { FormSheet } from "./FormSheet";
import { PlainForm } from "./PlainForm";
import { seen, usePreview } from "./store";

const ACTIONS = [...CUSTOMER_ACTIONS, ...DELIVERY_ACTIONS, ...PEOPLE_ACTIONS];

/** The window that asks for what the chosen action needs. */
export function Asked() {
  const text = useTexts();
  const opened = usePreview((state) => state.opened);
  const form = usePreview((state) => seen(state)?.form ?? null);
  const open = usePreview((state) => state.open);
  const act = usePreview((state) => state.act);
  const action = ACTIONS.find(({ id }) => id === opened);
  const close = () => open(null);
  if (!action) {
    return null;
  }
  const { id, fields, line } = action;
  if (line) {
    return <AskDialog title={text(`act.${id}`)} fields={fields} onDone={(answers) => act(line(answers))} onClose={close} />;
  }
  return form?.known ? <FormSheet form={form} onClose={close} /> : <PlainForm onClose={close} />;
}
