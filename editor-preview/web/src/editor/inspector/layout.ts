/**
 * Which keys of a step, or of an object in it, stand first, which have their field from the beginning, and which are folded away. All
 * others follow in the schema's order: their field stands there once they hold something, and the menu adds it. A kind that is not here
 * has a form all the same.
 */
import type { Key, ObjectShape } from "./schema";

/** The order of a form. */
export interface Layout {
  /** The first keys, in the order in which the customer meets them. */
  order: readonly string[];
  /** Keys with a field even while they hold nothing. */
  open: readonly string[];
  /** Keys that few need; folded, even where they hold something. */
  folded?: readonly string[];
}

const all = (...keys: string[]): Layout => ({ order: keys, open: keys });

/** Every kind of step. */
const STEPS: Readonly<Record<string, Layout>> = {
  message: { order: ["media", "header", "text", "footer", "buttons", "button", "link", "location", "contacts"], open: ["text", "buttons"] },
  list: { order: ["header", "text", "footer", "button", "sections"], open: ["text", "button", "sections"] },
  carousel: all("text", "cards"),
  template: { order: ["name", "language", "header", "parameters", "buttons", "cards"], open: ["name", "language", "parameters"] },
  product: { order: ["catalog", "product", "sections", "header", "text", "footer"], open: ["catalog", "product", "text"] },
  reaction: all("emoji"),
  internal_message: all("text", "to"),
  ask: {
    order: ["media", "header", "text", "footer", "expect", "min", "max", "save", "invalid", "buttons", "button", "link", "location", "contacts"],
    open: ["text", "expect", "save", "invalid"],
  },
  flow: { order: ["header", "text", "footer", "flow", "button", "screen", "data", "save"], open: ["text", "flow", "button", "save"] },
  location_request: all("text", "save"),
  contact_request: all("text", "save"),
  wait: all("for"),
  condition: all("branches"),
  split: all("by", "options"),
  set: all("fields"),
  tags: all("on", "add", "remove"),
  stage: all("pipeline", "stage"),
  assign: all("on", "to"),
  subscribe: all("add", "remove"),
  task: all("kind", "text", "due", "owner"),
  complete_tasks: all("kind", "text", "result"),
  note: all("on", "text"),
  create_lead: all("name", "pipeline", "stage", "price"),
  items: all("add", "remove"),
  opt: all("marketing"),
  script: all("code"),
  find: { order: ["in", "by", "value", "match", "save", "deadline"], open: ["in", "value", "save"] },
  http: { order: ["method", "url", "headers", "query", "json", "form", "text", "save", "branches"], open: ["method", "url", "save"] },
  ai_reply: all("instructions", "knowledge", "tools", "links"),
  ai_route: all("intents"),
  ai_extract: all("fields"),
  start_bot: all("bot", "mode"),
  handoff: all("to", "text", "summary"),
  stop: all("outcome", "close"),
  unsupported: all("what", "source"),
};

/** Keys of any step that few need. */
const FOLDED_IN_STEPS = ["attempts", "match", "more", "comment", "disabled", "meta"];

/** Every kind of trigger that has keys of its own which need not be there. */
const TRIGGERS: Readonly<Record<string, Layout>> = {
  message: { order: ["keywords", "match", "pattern", "any", "interrupt"], open: ["keywords", "any"] },
  ad: all("source_ids"),
  stage: all("pipeline", "stage", "event"),
  tag: all("of", "tag", "event"),
  owner: all("of"),
  schedule: { order: ["cron", "audience", "field", "before", "after"], open: ["cron"] },
};

/** Objects by the name of their definition, and where it matters by the list that they stand in. */
const OBJECTS: Readonly<Record<string, Layout>> = {
  Choice: { order: ["title", "description", "goto", "synonyms"], open: ["title", "goto"], folded: ["id"] },
  "Choice.rows": { order: ["title", "description", "goto", "synonyms"], open: ["title", "description", "goto"], folded: ["id"] },
  "Choice.answers": { order: ["title", "synonyms", "goto"], open: ["title", "synonyms", "goto"], folded: ["id"] },
  Section: { order: ["title", "rows"], open: ["title", "rows"] },
  Section2: all("title", "products"),
  Card: all("media", "text", "buttons"),
  Media: { order: ["kind", "link", "id", "filename"], open: ["kind", "link"] },
  ContactCard: { order: ["name", "phones", "emails", "company"], open: ["name", "phones"] },
  Source: all("text"),
  Timeout: { order: ["after", "until", "goto"], open: ["after", "goto"] },
  Branch: { order: ["label", "when", "goto"], open: ["when", "goto"] },
  SplitOption: all("label", "weight", "goto"),
  RouteIntent: all("name", "description", "examples", "goto"),
  ReplyTool: all("name", "description", "parameters", "result", "goto"),
  Field: all("type", "description"),
  AddedItem: { order: ["catalog", "item", "quantity", "name", "price"], open: ["catalog", "item", "quantity"] },
  RemovedItem: all("catalog", "item"),
  Variable: { order: ["type", "default", "title"], open: ["type", "default"] },
  Template: { order: ["name", "language", "header", "parameters", "buttons", "cards"], open: ["name", "language", "parameters"] },
  TemplateCardKeys: all("header", "parameters"),
  Way: all("for", "goto"),
  Limits: all("sends_per_hour", "price_per_session", "tokens_per_session"),
};

/** The key of an entry of a list whose field bears the entry's name, by the name of its definition. */
export const NAMED_BY: Readonly<Record<string, string>> = { Choice: "title", Section: "title", Section2: "title", ContactCard: "name", RouteIntent: "name", ReplyTool: "name", SplitOption: "label" };

/** The layout of a kind of step. */
export function stepLayout(kind: string): Layout {
  const layout = STEPS[kind] ?? { order: [], open: [] };
  return { ...layout, folded: FOLDED_IN_STEPS };
}

/** The layout of a kind of trigger. */
export function triggerLayout(on: string): Layout {
  return TRIGGERS[on] ?? { order: [], open: [] };
}

/** The layout of an object inside of a step, or of the bot. */
export function objectLayout(shape: ObjectShape, list: string): Layout {
  return OBJECTS[`${shape.name}.${list}`] ?? OBJECTS[shape.name] ?? { order: [], open: [] };
}

/** The keys of a form in their order. */
export function inOrder(keys: readonly Key[], { order }: Layout): readonly Key[] {
  const rank = ({ name }: Key) => (order.includes(name) ? order.indexOf(name) : order.length);
  return keys.toSorted((one, other) => rank(one) - rank(other));
}
