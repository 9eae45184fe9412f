import { useState } from "react";

import { useTexts } from "../../../i18n/texts";
import { Owner, useFullName, useValue, useWrite } from "../form";
import { useNames } from "../names";
import { blankOf, type Case, caseOf, casesOf } from "../values";
import { Field } from "./Field";
import { KeyFields, ObjectFields } from "./ObjectFields";
import { type Of, ValueField, type ValueProps } from "./ValueField";

/** A value that may be one of several things: a choice between them, and the field of the one that it is. */
export function EitherField({ path, shape, label, isRequired = false, end }: ValueProps<Of<"either">>) {
  const text = useTexts();
  const names = useNames();
  const full = useFullName();
  const value = useValue(path);
  const write = useWrite();
  const cases = casesOf(shape.cases);
  const [picked, pick] = useState("");
  const isThere = value !== undefined && value !== null;
  // A text that is not there yet is written into an empty field.
  const current = isThere ? caseOf(cases, value) : (cases.find(({ id }) => id === picked) ?? cases.find((one) => one.word === undefined && one.shape.type === "string"));
  const choose = (id: string) => {
    const chosen = cases.find((one) => one.id === id);
    pick(id);
    if (!chosen || chosen.shape.type === "string") {
      write(path, isRequired ? "" : undefined);
    } else {
      write(path, chosen.word ?? blankOf(chosen.shape));
    }
  };
  const options = (
    <>
      {(!current || (!isRequired && current.shape.type !== "string")) && <option value="">{text(isRequired ? "field.choose" : "field.default")}</option>}
      {cases.map(({ id }) => (
        <option key={id} value={id}>
          {names.alternative(id, String(path.at(-1)))}
        </option>
      ))}
    </>
  );
  if (current && hasOwnField(current)) {
    const name = text("field.case", { field: full(label) });
    const select = (
      <select className="case" aria-label={name} title={name} value={current.id} onChange={(event) => choose(event.target.value)}>
        {options}
      </select>
    );
    return (
      <ValueField
        path={path}
        shape={{ ...current.shape, help: shape.help || current.shape.help }}
        label={label}
        isRequired={isRequired}
        end={
          <>
            {select}
            {end}
          </>
        }
      />
    );
  }
  const help = [shape.help, ...cases.filter((one) => one.help !== "").map((one) => `${one.id}: ${one.help}`)].join("\n").trim();
  return (
    <div className={current && isShort(current) ? "either pair" : "either"}>
      <Field path={path} label={label} help={help} end={end}>
        {(control) => (
          <select {...control} className="input" value={current?.id ?? ""} onChange={(event) => choose(event.target.value)}>
            {options}
          </select>
        )}
      </Field>
      <Owner name={label}>
        {current?.shape.type === "object" && !isShort(current) && <ObjectFields path={path} shape={current.shape} />}
        {current?.shape.type === "object" && isShort(current) && <KeyFields path={path} owner={current.shape.name} keys={current.shape.keys} />}
      </Owner>
    </div>
  );
}

/** One name has room beside the choice. */
function isShort({ shape }: Case): boolean {
  const [only, ...others] = shape.type === "object" ? shape.keys : [];
  return only?.shape.type === "string" && SHORT.has(only.shape.kind) && others.length === 0;
}

const SHORT: ReadonlySet<string> = new Set(["user", "team", "duration"]);

/** Texts, lists and maps have a field with room for the choice beside their name; words and objects stand below the choice. */
function hasOwnField({ word, shape }: Case): boolean {
  return word === undefined && shape.type !== "object";
}
