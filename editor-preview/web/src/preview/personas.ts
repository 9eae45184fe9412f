import { isObject, type Json, type JsonObject } from "../editor/json";
import { keep, kept } from "./kept";

/** The saved contacts that conversations are rehearsed as, by their name here. */
export function savedPersonas(): ReadonlyMap<string, JsonObject> {
  const found = kept("personas");
  return new Map(Object.entries(isObject(found) ? found : {}).filter((entry): entry is [string, JsonObject] => isObject(entry[1])));
}

export function savePersonas(personas: ReadonlyMap<string, JsonObject>): void {
  keep("personas", Object.fromEntries(personas));
}

/** What a persona's parts are called in its form: each is one line of text. */
export interface Draft {
  [part: string]: string;
}

/** The parts that are a text, by their key in the contact or in its lead. */
export const CONTACT_TEXTS = ["name", "phone", "email", "language", "owner"] as const;
export const LEAD_TEXTS = ["pipeline", "stage", "name", "price"] as const;

/** A contact as its form shows it. */
export function asDraft(contact: JsonObject): Draft {
  const lead = isObject(contact.lead) ? contact.lead : {};
  const texts = [
    ...CONTACT_TEXTS.map((key) => [key, shown(contact[key])]),
    ...LEAD_TEXTS.map((key) => [`lead.${key}`, shown(lead[key])]),
  ];
  return {
    ...Object.fromEntries(texts),
    tags: list(contact.tags),
    fields: rows(contact.fields),
    opted_in: contact.opted_in === undefined || contact.opted_in === null ? "" : String(contact.opted_in),
    "lead.tags": list(lead.tags),
    "lead.fields": rows(lead.fields),
  };
}

/** The contact that a form says: what was left empty is not known of them. */
export function asContact(draft: Draft): JsonObject {
  const part = (key: string): JsonObject => {
    const written = draft[key]?.trim() ?? "";
    return written === "" ? {} : { [key.replace("lead.", "")]: written };
  };
  const tags = (key: string): JsonObject => {
    const words = (draft[key] ?? "").split(",").map((word) => word.trim()).filter((word) => word !== "");
    return words.length > 0 ? { tags: words } : {};
  };
  const fields = (key: string): JsonObject => {
    const entries = (draft[key] ?? "").split("\n").flatMap((row): [string, Json][] => {
      const [name, ...value] = row.split("=");
      return name?.trim() && value.length > 0 ? [[name.trim(), typed(value.join("=").trim())]] : [];
    });
    return entries.length > 0 ? { fields: Object.fromEntries(entries) } : {};
  };
  const { price, ...texts } = Object.assign({}, ...LEAD_TEXTS.map((key) => part(`lead.${key}`)), tags("lead.tags"), fields("lead.fields")) as JsonObject;
  const lead: JsonObject = price === undefined ? texts : { ...texts, price: typed(String(price)) };
  return {
    ...(Object.assign({}, ...CONTACT_TEXTS.map(part)) as JsonObject),
    ...tags("tags"),
    ...fields("fields"),
    ...(draft.opted_in ? { opted_in: draft.opted_in === "true" } : {}),
    ...(Object.keys(lead).length > 0 ? { lead } : {}),
  };
}

/** The persona of a contact as the rehearsal has left it: who comes back, with all that the bot has learnt. */
export function asReturning(contact: JsonObject): JsonObject {
  const leads = Array.isArray(contact.leads) ? contact.leads.filter(isObject) : [];
  const lead = leads.at(-1);
  const known = pick(contact, [...CONTACT_TEXTS, "tags", "fields", "opted_in"]);
  return { ...known, ...(lead ? { lead: pick(lead, [...LEAD_TEXTS, "tags", "fields"]) } : {}) };
}

function pick(from: JsonObject, keys: readonly string[]): JsonObject {
  return Object.fromEntries(keys.flatMap((key) => (isEmpty(from[key]) ? [] : [[key, from[key] as Json]])));
}

function isEmpty(value: Json | undefined): boolean {
  return value === undefined || value === null || value === "" || (typeof value === "object" && Object.keys(value).length === 0);
}

/** A value as it is meant: a number, a truth, a list; else the text itself. */
export function typed(written: string): Json {
  try {
    return JSON.parse(written) as Json;
  } catch {
    return written;
  }
}

/** A value as it is written in a form. */
export function shown(value: Json | undefined): string {
  return typeof value === "string" ? value : value === undefined || value === null ? "" : JSON.stringify(value);
}

function list(value: Json | undefined): string {
  return Array.isArray(value) ? value.map(shown).join(", ") : "";
}

function rows(value: Json | undefined): string {
  return isObject(value) ? Object.entries(value).map(([name, content]) => `${name} = ${quoted(content)}`).join("\n") : "";
}

/** A text that would be read as something else keeps its quotes. */
function quoted(value: Json): string {
  return typeof value === "string" && typed(value) !== value ? JSON.stringify(value) : shown(value);
}
