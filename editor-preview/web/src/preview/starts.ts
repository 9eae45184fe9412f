/** What can start the bot: its triggers, with what each of them brings; the API; the bot itself at any step. */
import type { Line } from "../api/previews";
import { startOf, stepName, stepsOf, textOf } from "../editor/document";
import { isObject, type Json, type JsonObject } from "../editor/json";
import { type Answers, type Field, filled } from "./actions";
import { typed } from "./personas";

/** One way to start. Its kind's name is the text `trigger.<kind>`. */
export interface Start {
  /** The trigger's place in the document; the kind, where it is none of the bot's triggers. */
  id: string;
  kind: string;
  /** What tells it from others of its kind. */
  detail: string;
  fields: readonly Field[];
  line: (answers: Answers) => Line;
}

/** Every way to start the bot that somebody can choose; a trigger that only follows from something else, such as silence, is none. */
export function startsOf(document: JsonObject): Start[] {
  const triggers = Array.isArray(document.triggers) ? document.triggers : [];
  const byTrigger = triggers.flatMap((trigger, index): Start[] => {
    const kind = isObject(trigger) ? textOf(trigger.on) : "";
    const start = isObject(trigger) ? BY_TRIGGER[kind]?.(trigger) : undefined;
    return start ? [{ id: String(index), kind, ...start }] : [];
  });
  const hasApi = byTrigger.some(({ kind }) => kind === "api");
  return [...byTrigger, ...(hasApi ? [] : [{ id: "api", kind: "api", ...api() }]), atStep(document)];
}

type Rest = Omit<Start, "id" | "kind">;

const BY_TRIGGER: Readonly<Record<string, (trigger: JsonObject) => Rest>> = {
  message: (trigger) => message(first(trigger.keywords)),
  conversation: () => message(""),
  ad: (trigger) => ({
    detail: first(trigger.source_ids),
    fields: [
      { key: "text", kind: "long" },
      { key: "headline", kind: "text", optional: true },
      { key: "source_id", kind: "text", initial: first(trigger.source_ids), optional: true },
    ],
    line: ({ text = "", ...ad }) => ({ customer: { text, referral: { source_type: "ad", ...filled(ad) } } }),
  }),
  stage: (trigger) => ({
    detail: words(trigger.pipeline, trigger.stage),
    fields: [
      { key: "pipeline", kind: "text", initial: textOf(trigger.pipeline), optional: true },
      { key: "stage", kind: "text", initial: textOf(trigger.stage) },
      { key: "lead", kind: "text", optional: true },
    ],
    line: ({ pipeline = "", stage = "", lead = "" }) => ({
      start: { on: "stage", ...filled({ pipeline, stage, name: lead }), ...(trigger.event === "created" ? { event: "created" } : {}) },
    }),
  }),
  field: (trigger) => ({
    detail: textOf(trigger.path),
    fields: [
      { key: "path", kind: "text", initial: textOf(trigger.path) },
      { key: "value", kind: "text" },
    ],
    line: ({ path = "", value = "" }) => ({ start: { on: "field", path, value: typed(value) } }),
  }),
  tag: (trigger) => ({
    detail: words(trigger.of, trigger.tag, trigger.event),
    fields: [{ key: "tag", kind: "text", initial: textOf(trigger.tag) }],
    line: ({ tag = "" }) => ({ start: { on: "tag", tag, ...filled({ of: textOf(trigger.of), event: textOf(trigger.event) }) } }),
  }),
  owner: (trigger) => ({
    detail: textOf(trigger.of),
    fields: [{ key: "owner", kind: "text", initial: "ana" }],
    line: ({ owner = "" }) => ({ start: { on: "owner", owner, ...filled({ of: textOf(trigger.of) }) } }),
  }),
  schedule: (trigger) => ({ detail: words(trigger.cron, trigger.field), fields: [], line: () => ({ start: { on: "schedule" } }) }),
  api: () => api(),
};

function message(keyword: string): Rest {
  return { detail: keyword, fields: [{ key: "text", kind: "long", initial: keyword }], line: ({ text = "" }) => ({ customer: text }) };
}

function api(): Rest {
  return {
    detail: "",
    fields: [
      { key: "variables", kind: "json", initial: "{}" },
      { key: "data", kind: "json", initial: "{}" },
    ],
    line: ({ variables = "{}", data = "{}" }) => ({ start: { on: "api", variables: object(variables), data: object(data) } }),
  };
}

/** The bot itself, whatever its triggers say. */
function atStep(document: JsonObject): Start {
  const steps = [...stepsOf(document)].map(([value, step]) => ({ value, name: stepName(value, step) }));
  return {
    id: "step",
    kind: "preview",
    detail: "",
    fields: [
      { key: "step", kind: "choice", initial: startOf(document), choices: steps },
      { key: "variables", kind: "json", initial: JSON.stringify(defaultsOf(document), null, 2) },
    ],
    line: ({ step = "", variables = "{}" }) => ({ start: { on: "preview", step, variables: object(variables) } }),
  };
}

/** What the bot's variables begin with. */
function defaultsOf(document: JsonObject): JsonObject {
  const { variables } = document;
  const entries = Object.entries(isObject(variables) ? variables : {});
  return Object.fromEntries(entries.flatMap(([name, declared]) => (isObject(declared) && declared.default !== undefined ? [[name, declared.default]] : [])));
}

function object(source: string): JsonObject {
  const value = typed(source);
  return isObject(value) ? value : {};
}

function first(list: Json | undefined): string {
  return Array.isArray(list) ? textOf(list[0]) : "";
}

function words(...values: (Json | undefined)[]): string {
  return values.map(textOf).filter((word) => word !== "").join(" · ");
}
