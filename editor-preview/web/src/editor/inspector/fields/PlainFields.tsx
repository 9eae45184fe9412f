import { useId, useState } from "react";

import { useTexts } from "../../../i18n/texts";
import { textOf } from "../../document";
import { isObject, type Json } from "../../json";
import { useEditorStore } from "../../store";
import { useFullName, useValue, useWrite } from "../form";
import { useNames } from "../names";
import { useOffers } from "../offers";
import { Field } from "./Field";
import { Offers } from "./Offers";
import type { Of, ValueProps } from "./ValueField";

/** Kinds of names that are written in code letters. */
const CODE: ReadonlySet<string> = new Set(["path", "pattern", "cron", "flow", "bot"]);
/** Keys whose plain words need several lines. */
const LONG: ReadonlySet<string | number | undefined> = new Set(["comment"]);

/** A name, with those to choose from. */
export function NameField({ path, shape, label, isRequired = false, end, placeholder }: ValueProps<Of<"string">> & { placeholder?: string }) {
  const store = useEditorStore();
  const list = useId();
  const [isOffering, offer] = useState(false);
  const key = String(path.at(-1));
  const value = textOf(useValue(path));
  const beside = useValue(path.slice(0, -1));
  const offers = useOffers(shape.kind || key, isObject(beside) ? beside : {});
  const write = useWrite();
  return (
    <Field path={path} label={label} help={shape.help} end={end}>
      {(control) => {
        const common = {
          ...control,
          className: CODE.has(shape.kind) ? "input code" : "input",
          value,
          placeholder,
          onChange: (event: { target: { value: string } }) => write(path, event.target.value === "" && !isRequired ? undefined : event.target.value, true),
          onBlur: () => store.getState().endGesture(),
        };
        if (LONG.has(key)) {
          return <textarea {...common} rows={2} />;
        }
        return (
          <>
            <input {...common} list={offers.length > 0 ? list : undefined} spellCheck={false} autoComplete="off" onFocus={() => offer(true)} />
            {isOffering && <Offers id={list} offers={offers} />}
          </>
        );
      }}
    </Field>
  );
}

/** One of a few words. Where none is chosen, the language's own choice holds. */
export function WordField({ path, shape, label, isRequired = false, end }: ValueProps<Of<"words">>) {
  const text = useTexts();
  const names = useNames();
  const value = textOf(useValue(path));
  const write = useWrite();
  const chosen = shape.words.find((word) => word.value === value);
  return (
    <Field path={path} label={label} help={[shape.help, ...shape.words.filter(({ help }) => help !== "").map((word) => `${word.value}: ${word.help}`)].join("\n").trim()} end={end}>
      {(control) => (
        <select {...control} className="input" value={value} onChange={(event) => write(path, event.target.value === "" ? undefined : event.target.value)}>
          {(!isRequired || !chosen) && <option value="">{text("field.default")}</option>}
          {value !== "" && !chosen && <option value={value}>{value}</option>}
          {shape.words.map((word) => (
            <option key={word.value} value={word.value}>
              {names.word(word.value)}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}

/** A number; what is no number is not written. */
export function NumberField({ path, shape, label, isRequired = false, end }: ValueProps<Of<"number">>) {
  const store = useEditorStore();
  const value = useValue(path);
  const write = useWrite();
  return (
    <Field path={path} label={label} help={shape.help} end={end}>
      {(control) => (
        <input
          {...control}
          type="number"
          className="input"
          min={shape.least}
          max={shape.most}
          step={shape.isWhole ? 1 : "any"}
          value={typeof value === "number" ? value : ""}
          onChange={(event) => {
            const { valueAsNumber } = event.target;
            const cleared = event.target.value === "" && !event.target.validity.badInput;
            if (!Number.isNaN(valueAsNumber)) {
              write(path, valueAsNumber, true);
            } else if (cleared && !isRequired) {
              write(path, undefined, true);
            }
          }}
          onBlur={() => store.getState().endGesture()}
        />
      )}
    </Field>
  );
}

/** A number, or a text that gives one. */
export function NumberOrTextField({ path, shape, label, isRequired = false, end }: ValueProps<Of<"either">>) {
  const store = useEditorStore();
  const value = useValue(path);
  const write = useWrite();
  // `1.` is on its way to `1.5`: what was typed is shown as long as it says what is kept.
  const [typed, setTyped] = useState("");
  const kept = typeof value === "number" ? String(value) : textOf(value);
  const shown = isSameNumber(typed, value) ? typed : kept;
  return (
    <Field path={path} label={label} help={shape.help} end={end}>
      {(control) => (
        <input
          {...control}
          className="input"
          value={shown}
          onChange={(event) => {
            const written = event.target.value;
            setTyped(written);
            write(path, written === "" && !isRequired ? undefined : numberOr(written), true);
          }}
          onBlur={() => store.getState().endGesture()}
        />
      )}
    </Field>
  );
}

/** Yes or no. Where the language has an answer of its own, that is the third choice. */
export function BooleanField({ path, shape, label, isRequired = false, end }: ValueProps<Of<"boolean">>) {
  const text = useTexts();
  const value = useValue(path);
  const write = useWrite();
  if (shape.hasDefault) {
    return (
      <Field path={path} label={label} help={shape.help} end={end}>
        {(control) => (
          <select {...control} className="input" value={typeof value === "boolean" ? String(value) : ""} onChange={(event) => write(path, event.target.value === "" ? undefined : event.target.value === "true")}>
            <option value="">{text("field.default")}</option>
            <option value="true">{text("field.yes")}</option>
            <option value="false">{text("field.no")}</option>
          </select>
        )}
      </Field>
    );
  }
  return (
    <div className="check-field">
      <Field path={path} label={label} help={shape.help} end={end}>
        {(control) => <input {...control} type="checkbox" checked={value === true} onChange={(event) => write(path, event.target.checked || (isRequired ? false : undefined))} />}
      </Field>
    </div>
  );
}

const UNITS = ["s", "m", "h", "d"] as const;
/** Instead of a unit: the duration is written out. */
const FREE = "free";

/** A duration: a number and its unit; one of several parts, such as `1h30m`, is written out. */
export function DurationField({ path, shape, label, isRequired = false, end }: ValueProps<Of<"string">>) {
  const text = useTexts();
  const full = useFullName();
  const store = useEditorStore();
  const value = textOf(useValue(path));
  const write = useWrite();
  const [chosenUnit, chooseUnit] = useState<string>("h");
  const parts = /^(\d+)([smhd])$/.exec(value);
  const isFree = chosenUnit === FREE || (value !== "" && !parts);
  const [number, unit] = [parts?.[1] ?? "", isFree ? FREE : (parts?.[2] ?? chosenUnit)];
  const put = (written: string) => write(path, written === "" && !isRequired ? undefined : written, true);
  return (
    <Field path={path} label={label} help={shape.help} end={end}>
      {(control) => (
        <div className="duration">
          {isFree ? (
            <input {...control} className="input code" value={value} placeholder="1h30m" onChange={(event) => put(event.target.value)} onBlur={() => store.getState().endGesture()} />
          ) : (
            <input
              {...control}
              className="input"
              type="number"
              min={0}
              step={1}
              value={number}
              onChange={(event) => put(event.target.value === "" ? "" : `${event.target.value}${unit}`)}
              onBlur={() => store.getState().endGesture()}
            />
          )}
          <select
            className="input"
            aria-label={text("duration.unit", { field: full(label) })}
            value={unit}
            onChange={(event) => {
              chooseUnit(event.target.value);
              if (event.target.value !== FREE && value !== "") {
                write(path, `${number || "1"}${event.target.value}`);
              }
            }}
          >
            {UNITS.map((one) => (
              <option key={one} value={one}>
                {text(`duration.${one}`)}
              </option>
            ))}
            <option value={FREE}>{text("duration.free")}</option>
          </select>
        </div>
      )}
    </Field>
  );
}

/** A text that is written like a number is one. */
export function numberOr(written: string): Json {
  return /^-?\d+(\.\d+)?$/.test(written.trim()) ? Number(written) : written;
}

function isSameNumber(typed: string, value: Json | undefined): boolean {
  return typeof value === "number" && typed !== "" && Number(typed) === value;
}
