import { Plus, X } from "lucide-react";

import { useLanguage, useTexts } from "../../../i18n/texts";
import { textOf } from "../../document";
import { isObject, type Json, type JsonObject, type Path, pathId } from "../../json";
import { useFaults, useValue, useWrite } from "../form";
import { renameKey } from "../values";
import { Faults, FieldGroup } from "./Field";
import type { Of, ValueProps } from "./ValueField";

/** The days that a week's hours most often are told by. */
const DAYS = ["mon-fri", "mon-sat", "mon-sun", "sat-sun", "mon", "tue", "wed", "thu", "fri", "sat", "sun"] as const;

/** A Monday, to ask the browser for the names of weekdays. */
const MONDAY = Date.UTC(2024, 0, 1);
const DAY_MS = 86_400_000;
const WEEK = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

/** Business hours: rows of days, or of a date, each with its spans; a day without any is closed. */
export function HoursField({ path, shape, label, end }: ValueProps<Of<"map">>) {
  const text = useTexts();
  const value = useValue(path);
  const write = useWrite();
  const hours = isObject(value) ? value : {};
  const add = (key: string, spans: Json) => write(path, { ...hours, [key]: spans });
  const free = DAYS.find((days) => !Object.hasOwn(hours, days) && (Object.keys(hours).length === 0 || !days.includes("-"))) ?? "mon";
  return (
    <FieldGroup path={path} label={label} help={shape.help} end={end}>
      {Object.keys(hours).length > 0 && (
        <ul className="items">
          {Object.keys(hours).map((key) => (
            <li key={key} className="item">
              <Day path={path} hours={hours} day={key} />
            </li>
          ))}
        </ul>
      )}
      <div className="actions">
        <button type="button" className="button quiet add" data-path={pathId(path)} disabled={Object.hasOwn(hours, free)} onClick={() => add(free, ["09:00-18:00"])}>
          <Plus size={15} aria-hidden />
          {text("hours.add_days")}
        </button>
        <button type="button" className="button quiet add" onClick={() => add(nextDate(hours), [])}>
          <Plus size={15} aria-hidden />
          {text("hours.add_date")}
        </button>
      </div>
    </FieldGroup>
  );
}

function Day({ path, hours, day }: { path: Path; hours: JsonObject; day: string }) {
  const text = useTexts();
  const [language] = useLanguage();
  const write = useWrite();
  const faults = useFaults([...path, day], true);
  const value = hours[day];
  const spans = Array.isArray(value) ? value.map(textOf) : [];
  const isDate = /^\d{4}-/.test(day);
  const name = isDate ? day : dayName(day, language);
  const put = (changed: readonly string[]) => write([...path, day], [...changed]);
  const rename = (to: string) => {
    if (to !== "" && !Object.hasOwn(hours, to)) {
      write(path, renameKey(hours, day, to));
    }
  };
  const remove = () => {
    const { [day]: _, ...others } = hours;
    write(path, Object.keys(others).length === 0 ? undefined : others);
  };
  return (
    <div className="fields">
      <span className="word-new">
        {isDate ? (
          <input type="date" className="input" aria-label={`${text("hours.date")}, ${name}`} value={day} onChange={(event) => rename(event.target.value)} />
        ) : (
          <select className="input" aria-label={`${text("hours.days")}, ${name}`} value={day} onChange={(event) => rename(event.target.value)}>
            {[...new Set([day, ...DAYS])].map((one) => (
              <option key={one} value={one} disabled={one !== day && Object.hasOwn(hours, one)}>
                {dayName(one, language)}
              </option>
            ))}
          </select>
        )}
        <button type="button" className="button quiet icon" aria-label={text("words.remove", { word: name })} title={text("words.remove", { word: name })} onClick={remove}>
          <X size={15} aria-hidden />
        </button>
      </span>
      {spans.map((span, index) => {
        const [from = "", to = ""] = span.split("-");
        const spanName = text("hours.span", { day: name, number: index + 1 });
        return (
          <span key={index} className="span" role="group" aria-label={spanName}>
            <input type="time" className="input" aria-label={`${text("hours.from")}, ${spanName}`} data-path={pathId([...path, day, index])} value={padded(from)} onChange={(event) => put(spans.with(index, `${event.target.value}-${to}`))} />
            <span aria-hidden>–</span>
            <input type="time" className="input" aria-label={`${text("hours.to")}, ${spanName}`} value={padded(to)} onChange={(event) => put(spans.with(index, `${from}-${event.target.value}`))} />
            <button type="button" className="tool" aria-label={text("words.remove", { word: spanName })} title={text("words.remove", { word: spanName })} onClick={() => put(spans.filter((_, place) => place !== index))}>
              <X size={14} aria-hidden />
            </button>
          </span>
        );
      })}
      <div className="span-end">
        {spans.length === 0 && <span className="muted">{text("hours.closed")}</span>}
        <button type="button" className="button quiet add" aria-label={`${text("hours.add_span")}, ${name}`} onClick={() => put([...spans, spans.length === 0 ? "09:00-13:00" : "14:00-18:00"])}>
          <Plus size={15} aria-hidden />
          {text("hours.add_span")}
        </button>
      </div>
      <div className="field-more">
        <Faults faults={faults} />
      </div>
    </div>
  );
}

/** `mon-fri` in words. */
function dayName(days: string, language: string): string {
  const names = new Intl.DateTimeFormat(language, { weekday: "short", timeZone: "UTC" });
  return days
    .split("-")
    .map((day) => (WEEK.includes(day) ? names.format(MONDAY + WEEK.indexOf(day) * DAY_MS) : day))
    .join(" – ");
}

/** Hours may be written as `9:00`; the browser's field wants two digits. */
function padded(time: string): string {
  return time.padStart(5, "0");
}

/** The next New Year's day that has no hours of its own. */
function nextDate(hours: JsonObject): string {
  let year = new Date().getFullYear() + 1;
  while (Object.hasOwn(hours, `${year}-01-01`)) {
    year += 1;
  }
  return `${year}-01-01`;
}
