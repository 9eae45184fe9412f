import { useEffect, useRef } from "react";

import { useTexts } from "../../i18n/texts";
import { useReason } from "../../ui/Loaded";
import { stepsOf } from "../document";
import { useDocument, useEditor } from "../store";
import { BotForm } from "./BotForm";
import { focusField } from "./focus";
import "./inspector.css";
import "./fields.css";
import { useBotSchema } from "./offers";
import { StepForm } from "./StepForm";

/** The fields of the selected step; with nothing selected, of the bot itself. */
export function Inspector() {
  const text = useTexts();
  const reason = useReason();
  const document = useDocument();
  const selected = useEditor((state) => state.selected);
  const { schema, error } = useBotSchema();
  const panel = useRef<HTMLDivElement>(null);
  const { path, count, isNew } = useEditor((state) => state.wanted);
  const isReady = schema !== undefined;
  useEffect(() => {
    if (count > 0 && isReady) {
      focusField(panel.current, path, isNew);
    }
    // What is asked for is asked once: the count alone tells one time from another.
  }, [count, isReady]);

  const [id] = selected;
  const step = id === undefined ? undefined : stepsOf(document).get(id);
  if (selected.size > 1) {
    return <p className="muted">{text("inspector.several", { count: selected.size })}</p>;
  }
  if (!schema) {
    return error ? <p role="alert">{text("inspector.no_schema", { reason: reason(error) })}</p> : <p aria-busy="true" />;
  }
  return (
    <div ref={panel} className="inspector">
      {id !== undefined && step ? (
        <StepForm key={id} id={id} step={step} schema={schema} />
      ) : (
        <BotForm schema={schema} />
      )}
    </div>
  );
}
