import { textOf } from "../../document";
import { isObject, type Json } from "../../json";
import { useDocument } from "../../store";
import { useValue, useWrite } from "../form";
import { useTemplates } from "../offers";
import { templateOf } from "../templates";
import { EitherField } from "./EitherField";
import { FieldGroup } from "./Field";
import { OwnedTextField } from "./TextFields";
import type { Of, ValueProps } from "./ValueField";

/** What fills in the variables of a template: where the account knows the template, one text for each of them. */
export function ParametersField(props: ValueProps<Of<"either">>) {
  const { path, shape, label } = props;
  const templates = useTemplates();
  const beside = useValue(path.slice(0, -1));
  const value = useValue(path);
  const write = useWrite();
  const template = templateOf(templates, beside, useDocument());
  const parameters = template?.parameters ?? [];
  const isByPlace = parameters.every((parameter, index) => parameter === String(index + 1));
  if (parameters.length === 0 || !fits(value, parameters, isByPlace)) {
    return <EitherField {...props} />;
  }
  const texts = parameters.map((parameter, index) => (Array.isArray(value) ? textOf(value[index]) : isObject(value) ? textOf(value[parameter]) : ""));
  const put = (changed: readonly string[]) => write(path, isByPlace ? [...changed] : Object.fromEntries(parameters.map((parameter, index) => [parameter, changed[index] ?? ""])), true);
  return (
    <FieldGroup path={path} label={label} help={shape.help}>
      <div className="fields">
        {parameters.map((parameter, index) => (
          <OwnedTextField
            key={parameter}
            path={[...path, isByPlace ? index : parameter]}
            shape={{ name: "", help: "", type: "string", kind: "text" }}
            label={`{{${parameter}}}`}
            value={texts[index] ?? ""}
            onWrite={(written) => put(texts.with(index, written))}
          />
        ))}
      </div>
    </FieldGroup>
  );
}

/** Whether what is filled in is what the template asks for, as far as it goes. */
function fits(value: Json | undefined, parameters: readonly string[], isByPlace: boolean): boolean {
  if (value === undefined || value === null) {
    return true;
  }
  if (Array.isArray(value)) {
    return isByPlace && value.length <= parameters.length;
  }
  return isObject(value) && !isByPlace && Object.keys(value).every((key) => parameters.includes(key));
}
