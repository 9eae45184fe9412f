import { useState } from "react";

import { useTexts } from "../../../i18n/texts";
import { isObject, isSame, type Json } from "../../json";
import { useEditorStore } from "../../store";
import { useFullName, useValue, useWrite } from "../form";
import { Field } from "./Field";
import { TextField } from "./TextFields";
import { type Of, ValueField, type ValueProps } from "./ValueField";

/** The kinds of value that JSON has; lists and maps are written as JSON. */
const TYPES = ["text", "number", "boolean", "nothing", "json"] as const;
type Type = (typeof TYPES)[number];

const BLANKS: Readonly<Record<Type, Json>> = { text: "", number: 0, boolean: true, nothing: null, json: {} };

/** Any value: a text, a number, yes or no, nothing, or JSON. */
export function DataField({ path, shape, label, isRequired = false, end }: ValueProps<Of<"data">>) {
  const text = useTexts();
  const value = useValue(path);
  const write = useWrite();
  const type = shape.isMap ? "json" : typeOf(value);
  const full = useFullName();
  const name = text("field.case", { field: full(label) });
  const all = (
    <>
      {!shape.isMap && (
        <select className="case" aria-label={name} title={name} value={type} onChange={(event) => write(path, BLANKS[event.target.value as Type])}>
          {TYPES.map((one) => (
            <option key={one} value={one}>
              {text(`data.${one}`)}
            </option>
          ))}
        </select>
      )}
      {end}
    </>
  );
  const common = { path, label, isRequired, end: all };
  const described = { name: "", help: shape.help };
  switch (type) {
    case "text":
      return <TextField {...common} shape={{ ...described, type: "string", kind: "text" }} />;
    case "number":
      return <ValueField {...common} shape={{ ...described, type: "number", isWhole: false }} />;
    case "boolean":
      return <ValueField {...common} isRequired shape={{ ...described, type: "boolean", hasDefault: false }} />;
    case "nothing":
      return (
        <Field path={path} label={label} help={shape.help} end={all}>
          {(control) => <input {...control} className="input" value={text("data.nothing")} readOnly />}
        </Field>
      );
    case "json":
      return <JsonField {...common} shape={shape} />;
  }
}

/** A list or a map as JSON. What is no JSON yet stays in the field, and the document keeps what it had. */
function JsonField({ path, shape, label, isRequired = false, end }: ValueProps<Of<"data">>) {
  const text = useTexts();
  const store = useEditorStore();
  const value = useValue(path);
  const write = useWrite();
  const [typed, setTyped] = useState<string | null>(null);
  const read = typed === null ? undefined : parse(typed);
  const isBroken = typed !== null && (read === undefined || (shape.isMap && !isObject(read)));
  const isMine = isBroken || (read !== undefined && isSame(read, value));
  const shown = typed !== null && isMine ? typed : value === undefined ? "" : JSON.stringify(value, null, 2);
  return (
    <>
      <Field path={path} label={label} help={shape.help} isWhole end={end}>
        {(control) => (
          <textarea
            {...control}
            aria-invalid={isBroken || control["aria-invalid"]}
            className="input code"
            rows={Math.min(12, shown.split("\n").length + 1)}
            spellCheck={false}
            value={shown}
            onChange={(event) => {
              const written = event.target.value;
              const parsed = parse(written);
              setTyped(written);
              if (written.trim() === "" && !isRequired) {
                setTyped(null);
                write(path, undefined, true);
              } else if (parsed !== undefined && (!shape.isMap || isObject(parsed))) {
                write(path, parsed, true);
              }
            }}
            onBlur={() => store.getState().endGesture()}
          />
        )}
      </Field>
      {isBroken && (
        <p className="error-text" role="status">
          {text(shape.isMap ? "field.no_map" : "field.no_json")}
        </p>
      )}
    </>
  );
}

function typeOf(value: Json | undefined): Type {
  switch (typeof value) {
    case "number":
      return "number";
    case "boolean":
      return "boolean";
    case "object":
      return value === null ? "nothing" : "json";
    default:
      return "text";
  }
}

function parse(written: string): Json | undefined {
  try {
    return JSON.parse(written) as Json;
  } catch {
    return undefined;
  }
}
