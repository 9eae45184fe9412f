/**
 * The texts of a step that are edited by hand, read from its JSON: which there are, what they are called, and how long WhatsApp lets them
 * be. The server's checker has the last word; these limits count while somebody types.
 */
import { kindOf } from "../document";
import { isObject, type Json, type JsonObject, type Path } from "../json";

/** One text of a step. */
export interface Field {
  /** Where it stands in the step. */
  path: Path;
  /** The id of its name. */
  name: string;
  /** Its place in a list, counted from 1. */
  number?: number;
  /** Characters that WhatsApp takes. */
  limit?: number;
  /** Shown in several lines. */
  isLong?: boolean;
  /** Kept when it is empty, because the step must have it. */
  isRequired?: boolean;
}

const TEXT = 4096;
const CAPTION = 1024;
const BESIDE_BUTTONS = 1024;
const HEADER = 60;
const FOOTER = 60;
const BUTTON_TITLE = 20;
const ROW_TITLE = 24;
const ROW_DESCRIPTION = 72;
const SECTION_TITLE = 24;
/** With more options than this they go out as a list. */
const MOST_BUTTONS = 3;

/** The texts of a step, in the order in which the customer reads them. Kinds that are not here have their JSON. */
export function fieldsOf(step: JsonObject): Field[] {
  switch (kindOf(step)) {
    case "message":
      return messageFields(step);
    case "ask":
      return [...messageFields(step), { path: ["invalid"], name: "field.invalid", limit: TEXT, isLong: true }];
    case "list":
      return listFields(step);
    case "handoff":
      return [
        { path: ["text"], name: "field.text", limit: TEXT, isLong: true },
        ...(isObject(step.summary) ? [] : [{ path: ["summary"], name: "field.summary", isLong: true }]),
      ];
    default:
      return [];
  }
}

/** Characters of a text as WhatsApp counts them; what expressions give is not known yet, so they count nothing. */
export function lengthOf(text: string): number {
  return text.replaceAll(/\{\{.*?\}\}/gs, "").length;
}

function messageFields(step: JsonObject): Field[] {
  const buttons = list(step.buttons);
  const isMenu = buttons.length > MOST_BUTTONS;
  const hasFrame = buttons.length > 0 || isObject(step.link);
  const limit = isMenu ? TEXT : hasFrame ? BESIDE_BUTTONS : isObject(step.media) ? CAPTION : TEXT;
  return [
    ...(hasFrame && !isObject(step.media) ? [{ path: ["header"], name: "field.header", limit: HEADER }] : []),
    { path: ["text"], name: "field.text", limit, isLong: true },
    ...(hasFrame ? [{ path: ["footer"], name: "field.footer", limit: FOOTER }] : []),
    ...(isMenu ? [{ path: ["button"], name: "field.button", limit: BUTTON_TITLE }] : []),
    ...optionFields(buttons, ["buttons"], "field.button_title", isMenu ? ROW_TITLE : BUTTON_TITLE),
  ];
}

function listFields(step: JsonObject): Field[] {
  return [
    { path: ["header"], name: "field.header", limit: HEADER },
    { path: ["text"], name: "field.text", limit: TEXT, isLong: true, isRequired: true },
    { path: ["footer"], name: "field.footer", limit: FOOTER },
    { path: ["button"], name: "field.button", limit: BUTTON_TITLE },
    ...list(step.sections).flatMap((section, index): Field[] => {
      const path: Path = ["sections", index];
      const rows = isObject(section) ? list(section.rows) : [];
      return [
        { path: [...path, "title"], name: "field.section", number: index + 1, limit: SECTION_TITLE },
        ...rows.flatMap((row, place): Field[] =>
          isObject(row)
            ? [
                { path: [...path, "rows", place, "title"], name: "field.row", number: place + 1, limit: ROW_TITLE, isRequired: true },
                { path: [...path, "rows", place, "description"], name: "field.row_description", number: place + 1, limit: ROW_DESCRIPTION },
              ]
            : [],
        ),
      ];
    }),
  ];
}

function optionFields(options: readonly Json[], path: Path, name: string, limit: number): Field[] {
  return options.flatMap((option, index) => (isObject(option) ? [{ path: [...path, index, "title"], name, number: index + 1, limit, isRequired: true }] : []));
}

function list(value: Json | undefined): readonly Json[] {
  return Array.isArray(value) ? value : [];
}
