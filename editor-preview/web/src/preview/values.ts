/** What a bot knows, as a list of values by the expressions that read them. */
import type { PreviewAnswer, TraceLine } from "../api/previews";
import { isObject, type Json, type JsonObject } from "../editor/json";

/** A value that expressions read. */
export interface Value {
  /** The expression that gives it. */
  path: string;
  value: Json;
  /** Whether a person can write it. */
  isWritable: boolean;
}

/** Values that belong together: `contact`, `lead`, `vars`, `flow`. */
export interface Scope {
  name: string;
  values: readonly Value[];
}

const CONTACT = ["name", "phone", "email", "language", "tags", "opted_in", "owner"];
const LEAD = ["id", "pipeline", "stage", "name", "price", "tags", "owner"];
/** Who somebody is is not written by hand. */
const FIXED = new Set(["contact.phone", "lead.id"]);

/** All that is known, by scope. */
export function scopesOf({ contact, session }: Pick<PreviewAnswer, "contact" | "session">, vars: JsonObject): Scope[] {
  const leads = contact && Array.isArray(contact.leads) ? contact.leads.filter(isObject) : [];
  return [
    { name: "vars", values: under("vars", vars, true) },
    { name: "flow", values: under("flow", session?.flow ?? {}, false) },
    { name: "contact", values: contact ? record("contact", contact, CONTACT) : [] },
    { name: "lead", values: leads.length > 0 ? record("lead", leads.at(-1) ?? {}, LEAD) : [] },
  ];
}

/** The paths that entries of the trace wrote. */
export function writtenBy(trace: readonly TraceLine[]): ReadonlySet<string> {
  return new Set(trace.filter(({ what }) => what === "set").map(({ path }) => String(path)));
}

/** Whether there is nothing to see. */
export function isEmpty(value: Json): boolean {
  return value === null || value === "" || (typeof value === "object" && Object.keys(value).length === 0);
}

function record(scope: string, values: JsonObject, keys: readonly string[]): Value[] {
  const own = keys.map((key) => ({ path: `${scope}.${key}`, value: values[key] ?? null, isWritable: !FIXED.has(`${scope}.${key}`) }));
  return [...own, ...under(`${scope}.fields`, isObject(values.fields) ? values.fields : {}, true)];
}

function under(scope: string, values: JsonObject, isWritable: boolean): Value[] {
  return Object.entries(values).map(([key, value]) => ({ path: `${scope}.${key}`, value, isWritable }));
}
