import { ClipboardList } from "lucide-react";

import { useTexts } from "../i18n/texts";
import { seen, usePreview } from "./store";

/** The form that the customer can fill in now. */
export function OpenForm() {
  const text = useTexts();
  const form = usePreview((state) => seen(state)?.form ?? null);
  const open = usePreview((state) => state.open);
  if (!form) {
    return null;
  }
  return (
    <div className="open-form">
      <ClipboardList size={16} aria-hidden />
      <span>{form.flow ?? text("form.title")}</span>
      <button type="button" className="button" onClick={() => open("form")}>
        {text("form.fill_in")}
      </button>
    </div>
  );
}
