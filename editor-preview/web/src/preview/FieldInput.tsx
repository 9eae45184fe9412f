import { useTexts } from "../i18n/texts";
import type { Field } from "./actions";
import { isJson } from "./answers";

/** The input of one field, with its name. */
export function FieldInput({ field, value, isFirst = false, onWrite }: { field: Field; value: string; isFirst?: boolean; onWrite: (written: string) => void }) {
  const text = useTexts();
  const { key, kind, choices, optional } = field;
  const shared = {
    className: kind === "json" ? "input mono" : "input",
    value,
    required: !optional,
    ...(isFirst ? { "data-autofocus": true } : {}),
    onChange: (event: { target: { value: string } }) => onWrite(event.target.value),
  };
  return (
    <label className="field">
      <span className="field-label">
        {text(`ask.${key}`)}
        {optional && <span>{text("ask.optional")}</span>}
      </span>
      {kind === "choice" && (
        <select {...shared}>
          {choices?.map((choice) => (
            <option key={choice.value} value={choice.value}>
              {choice.text ? `${choice.value} · ${text(choice.text)}` : (choice.name ?? choice.value)}
            </option>
          ))}
        </select>
      )}
      {kind === "long" && <textarea {...shared} rows={2} />}
      {kind === "json" && <textarea {...shared} rows={5} spellCheck={false} aria-invalid={!isJson(value)} />}
      {kind === "number" && <input {...shared} type="number" min="0" step="any" />}
      {kind === "moment" && <input {...shared} type="datetime-local" />}
      {kind === "text" && <input {...shared} autoComplete="off" />}
    </label>
  );
}
