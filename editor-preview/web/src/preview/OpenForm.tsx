import { ClipboardList } from "lucide-react";
import { useState } from "react";

import { useTexts } from "../i18n/texts";
import { FormSheet } from "./FormSheet";
import { PlainForm } from "./PlainForm";
import { seen, usePreview } from "./store";

/** The form that the customer can fill in now. */
export function OpenForm() {
  const text = useTexts();
  const form = usePreview((state) => seen(state)?.form ?? null);
  const [isOpen, open] = useState(false);
  if (!form) {
    return null;
  }
  const close = () => open(false);
  return (
    <div className="open-form">
      <ClipboardList size={16} aria-hidden />
      <span>{form.flow ?? text("form.title")}</span>
      <button type="button" className="button" onClick={() => open(true)}>
        {text("form.fill_in")}
      </button>
      {isOpen && (form.known ? <FormSheet form={form} onClose={close} /> : <PlainForm onClose={close} />)}
    </div>
  );
}
