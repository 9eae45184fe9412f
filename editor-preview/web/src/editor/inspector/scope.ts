/**
 * The names that a designer can choose from while writing an expression or a path. They are offers: what an expression may read, and
 * whether it does so rightly, the server's checker knows.
 */
import { stepsOf, textOf } from "../document";
import { getAt, isObject, type Json, type JsonObject, type Path } from "../json";

/** What there always is, with its best known properties. */
const KNOWN: Readonly<Record<string, readonly string[]>> = {
  contact: ["first_name", "name", "phone", "email", "language", "tags", "tasks", "opted_in", "id"],
  lead: ["name", "price", "stage", "pipeline", "owner", "tags", "items", "id"],
  message: ["text", "said", "type", "tapped.id", "tapped.title", "tapped.value", "media", "location", "order", "referral", "id"],
  answer: [],
  company: ["name"],
  conversation: ["id", "number", "channel"],
  trigger: ["on", "data"],
  window: ["open", "closes_at", "seconds_left", "free_entry"],
  hours: ["open", "opens_at"],
  error: ["name", "code", "text", "step"],
  bot: ["id", "name"],
  flow: [],
  now: [],
};

/** Paths that can be written wherever a bot runs. */
const WRITABLE: readonly Path[] = [
  ["contact", "name"],
  ["contact", "email"],
  ["contact", "language"],
  ["lead", "name"],
  ["lead", "price"],
];

/** Fields that the account declares, by whom they belong to. */
export interface AccountFields {
  contact: readonly string[];
  lead: readonly string[];
}

/** The names that an expression in this place can begin with, those of the bot first. */
export function readableNames(document: JsonObject, account: AccountFields, place: { kind: string; path: Path }): readonly string[] {
  const known = Object.entries(KNOWN).flatMap(([root, properties]) => (properties.length > 0 ? properties.map((property) => `${root}.${property}`) : [root]));
  return unique([...localNames(document, place), ...pathsOf(document, account), ...known]);
}

/** The paths that a value can be kept at. */
export function writablePaths(document: JsonObject, account: AccountFields): readonly string[] {
  return unique([...pathsOf(document, account), ...WRITABLE.map((path) => path.join("."))]);
}

/** The names of the variables that a bot declares or writes. */
export function variablesOf(document: JsonObject): readonly string[] {
  const known = variablesOfDocument.get(document);
  if (known) {
    return known;
  }
  const declared = isObject(document.variables) ? Object.keys(document.variables) : [];
  const found = unique([...declared.map((name) => `vars.${name}`), ...writtenPaths(document)]);
  variablesOfDocument.set(document, found);
  return found;
}

/** Documents are never changed in place, so what was read of one stays true. */
const variablesOfDocument = new WeakMap<JsonObject, readonly string[]>();

function pathsOf(document: JsonObject, account: AccountFields): readonly string[] {
  return [...variablesOf(document), ...account.contact.map((key) => `contact.fields.${key}`), ...account.lead.map((key) => `lead.fields.${key}`)];
}

/** Names that live in one step only. */
function localNames(document: JsonObject, { kind, path }: { kind: string; path: Path }): readonly string[] {
  const isInEach = path.some((_, index) => typeof path[index] === "number" && isObject(getAt(document, path.slice(0, index + 1))) && textOf(getAt(document, [...path.slice(0, index + 1), "each"])) !== "");
  return [
    ...(kind === "http" ? ["reply.status", "reply.json", "reply.text"] : []),
    ...(kind === "find" ? ["found.id", "found.name", "found.price", "found.fields", "found.is_self"] : []),
    ...(kind === "start_bot" ? ["child.vars", "child.outcome", "child.status"] : []),
    ...(isInEach ? ["item", "index"] : []),
  ];
}

/** Every path that a step writes. */
function writtenPaths(document: JsonObject): readonly string[] {
  return [...stepsOf(document).values()].flatMap((step) => {
    const scripted = [...textOf(step.code).matchAll(/\bvars\.([a-z][a-z0-9_]*)\s*(?:[-+*/]?=)(?!=)/g)].map(([, name]) => `vars.${name}`);
    const kept = [step.save, isObject(step.fields) && step.type !== "create_lead" ? step.fields : undefined].flatMap(pathsIn);
    return [...kept, ...scripted].filter((path) => /^(vars|contact\.fields|lead\.fields)\./.test(path));
  });
}

function pathsIn(value: Json | undefined): readonly string[] {
  return isObject(value) ? Object.keys(value) : [textOf(value)];
}

function unique(names: readonly string[]): readonly string[] {
  return [...new Set(names)];
}
