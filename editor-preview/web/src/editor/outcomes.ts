/**
 * The ports of a step: each way that leads out of it, read from the keys of its JSON. The tables here are the one place that knows which
 * keys are links; drawing, connecting, deleting and walking the graph all ask them.
 */
import { kindOf, stepsOf, textOf } from "./document";
import { getAt, isObject, type Json, type JsonObject, type Path, pathId, removeAt, setAt } from "./json";

/** A port's name: words of the bot, or a text of the studio. */
export type Label = { words: string } | { id: string; values?: Record<string, string> };

/** One way out of a step. */
export interface Outcome {
  /** Its path as one word: the port's id. */
  id: string;
  /** Where the link stands in the step. */
  path: Path;
  label: Label;
  /** The step that it leads to. */
  target: string | null;
  /** Nothing follows: neither it nor the step's `next` leads anywhere. */
  isOpen: boolean;
  /** Folded away while it leads nowhere and the step is not selected. */
  rare: boolean;
}

/** A list whose entries each have a `goto`. */
interface Ways {
  /** The keys down to the list; a list on the way is walked through. */
  keys: readonly string[];
  /** The keys of an entry that can name it, the best first. */
  names: readonly string[];
  rare?: boolean;
  /** An entry without a `goto` does not take the step's `next`. */
  needsGoto?: boolean;
}

/** Every such list, in the order in which a card shows them. */
const LISTS: readonly Ways[] = [
  { keys: ["buttons"], names: ["title", "id"] },
  { keys: ["sections", "rows"], names: ["title", "id"] },
  { keys: ["cards", "buttons"], names: ["title", "id"] },
  { keys: ["branches"], names: ["label", "when"], needsGoto: true },
  { keys: ["options"], names: ["label"] },
  { keys: ["intents"], names: ["name"], needsGoto: true },
  { keys: ["tools"], names: ["name"], needsGoto: true },
  { keys: ["for"], names: ["for"] },
  { keys: ["answers"], names: ["title", "id"] },
  { keys: ["template", "buttons"], names: ["title", "id"], rare: true },
  { keys: ["template", "cards", "buttons"], names: ["title", "id"], rare: true },
];

/** A link that stands by itself. */
type Link = "next" | "otherwise" | "timeout" | "resume" | "failed" | "outside_window";

/** Links where a step waits for the customer; those that only send have the others. */
const WAITING: readonly Link[] = ["next", "otherwise", "timeout", "outside_window", "failed"];
const SENDING: readonly Link[] = ["next", "outside_window", "failed"];
const DECIDING: readonly Link[] = ["otherwise", "next", "failed"];
const PASSING: readonly Link[] = ["next", "failed"];

/** The links of each kind; a kind that is not here has `next` and `failed`. */
const LINKS: Readonly<Record<string, readonly Link[]>> = {
  message: WAITING,
  list: WAITING,
  carousel: WAITING,
  template: ["next", "otherwise", "timeout", "failed"],
  product: WAITING,
  reaction: SENDING,
  ask: WAITING,
  flow: WAITING,
  location_request: WAITING,
  contact_request: WAITING,
  wait: ["next", "otherwise", "timeout", "failed"],
  condition: DECIDING,
  split: PASSING,
  ai_reply: ["next", "otherwise", "outside_window", "failed"],
  ai_route: ["otherwise", "next", "failed"],
  ai_extract: ["next", "otherwise", "failed"],
  find: ["next", "otherwise", "failed"],
  handoff: ["resume", "failed"],
  stop: ["failed"],
};

/** Kinds that wait only when they have options. */
const WAITS_WITH_OPTIONS: ReadonlySet<string> = new Set(["message", "carousel", "template"]);
/** Kinds whose `otherwise` is one of their two or more plain ways. */
const DECIDES: ReadonlySet<string> = new Set(["condition", "ai_route", "ai_extract", "ai_reply", "find"]);
/** Kinds that often enough fail to show it. */
const CALLS: ReadonlySet<string> = new Set(["find", "http", "ai_reply", "ai_route", "ai_extract", "start_bot", "unsupported"]);
/** Kinds in which `next` is only another word for `otherwise`. */
const NEXT_IS_OTHERWISE: ReadonlySet<string> = new Set(["condition", "ai_route"]);

/** The ports of a step, from the top of its card. */
export function outcomesOf(step: JsonObject): readonly Outcome[] {
  const known = outcomesOfStep.get(step);
  if (known) {
    return known;
  }
  const ways = LISTS.flatMap((list) => entries(step, list.keys, []).map(([path, entry]) => way(step, list, path, entry)));
  const kind = kindOf(step);
  const asks = !WAITS_WITH_OPTIONS.has(kind) || ways.length > 0;
  const links = (LINKS[kind] ?? PASSING)
    .filter((link) => asks || !["otherwise", "timeout"].includes(link) || getAt(step, pathOf(link)) !== undefined)
    .map((link) => single(step, kind, link, ways));
  const all = [...ways, ...links];
  outcomesOfStep.set(step, all);
  return all;
}

/** Steps are never changed in place, so what was read of one stays true. */
const outcomesOfStep = new WeakMap<JsonObject, readonly Outcome[]>();

/** The ports that a card shows: all of a selected one, else those that lead somewhere or should. */
export function shownOutcomes(step: JsonObject, selected: boolean): readonly Outcome[] {
  return outcomesOf(step).filter((outcome) => selected || !outcome.rare || outcome.target !== null);
}

/** A step whose way leads to another one. */
export function withLink(step: JsonObject, outcome: Outcome, target: string): JsonObject {
  const isNewTimeout = outcome.path[0] === "timeout" && !isObject(step.timeout);
  return isNewTimeout ? { ...step, timeout: { after: "24h", goto: target } } : setAt(step, outcome.path, target);
}

/** A step whose way leads nowhere. A time-out without a place to go to is none, so it goes as a whole. */
export function withoutLink(step: JsonObject, outcome: Outcome): JsonObject {
  const whole = outcome.path[0] === "timeout" || outcome.path[0] === "outside_window";
  return removeAt(step, whole ? outcome.path.slice(0, 1) : outcome.path);
}

/** The steps that can be reached from the bot's entries, the nearest first. */
export function reachable(document: JsonObject): readonly string[] {
  const steps = stepsOf(document);
  const found = new Set(entriesOf(document).filter((id) => steps.has(id)));
  for (const id of found) {
    const step = steps.get(id);
    for (const { target } of step ? outcomesOf(step) : []) {
      if (target !== null && steps.has(target)) {
        found.add(target);
      }
    }
  }
  return [...found];
}

/** Links of the document itself: where triggers begin, and what steps leave out. */
export function documentLinks(document: JsonObject): { path: Path; target: string }[] {
  const triggers = Array.isArray(document.triggers) ? document.triggers : [];
  const paths: Path[] = [
    ...triggers.map((_, index) => ["triggers", index, "start"]),
    ["defaults", "failed"],
    ["defaults", "otherwise"],
    ["defaults", "timeout", "goto"],
    ["defaults", "outside_window", "goto"],
    ["defaults", "old_tap", "goto"],
  ];
  return paths.map((path) => ({ path, target: textOf(getAt(document, path)) })).filter(({ target }) => target !== "");
}

function entriesOf(document: JsonObject): string[] {
  return [textOf(document.start), ...documentLinks(document).map((link) => link.target)];
}

/** The entries of a list with their paths; lists inside of lists one after the other. */
function entries(value: Json | undefined, keys: readonly string[], path: Path): [Path, JsonObject][] {
  if (Array.isArray(value)) {
    return value.flatMap((inner, index) => entries(inner, keys, [...path, index]));
  }
  if (!isObject(value)) {
    return [];
  }
  const [key, ...rest] = keys;
  if (key !== undefined) {
    return entries(value[key], rest, [...path, key]);
  }
  return typeof path.at(-1) === "number" && canLead(value) ? [[path, value]] : [];
}

/** A button that opens a page, copies a code or is fixed in its template is no answer, so it leads nowhere. */
function canLead(entry: JsonObject): boolean {
  const isFixed = Object.keys(entry).length === 0;
  return !isFixed && !["url", "url_suffix", "code", "flow"].some((key) => key in entry);
}

function way(step: JsonObject, list: Ways, path: Path, entry: JsonObject): Outcome {
  const link: Path = [...path, "goto"];
  const name = list.names.map((key) => nameOf(entry[key])).find((words) => words !== "");
  const label: Label = name === undefined ? { id: "outcome.way", values: { number: String(Number(path.at(-1)) + 1) } } : { words: name };
  const target = textOf(entry.goto) || null;
  const takesNext = !list.needsGoto && textOf(step.next) !== "";
  return { id: pathId(link), path: link, label, target, isOpen: target === null && !takesNext, rare: list.rare ?? false };
}

/** What a step can wait for is a word, or an object with one key. */
function nameOf(value: Json | undefined): string {
  return isObject(value) ? Object.entries(value).map(([key, inner]) => `${key} ${textOf(inner)}`).join(", ") : textOf(value);
}

function single(step: JsonObject, kind: string, link: Link, ways: readonly Outcome[]): Outcome {
  const path = pathOf(link);
  const target = textOf(getAt(step, path)) || null;
  return { id: pathId(path), path, label: labelOf(step, kind, link), target, isOpen: target === null, rare: isRare(kind, link, ways) };
}

function pathOf(link: Link): Path {
  return link === "timeout" || link === "outside_window" ? [link, "goto"] : [link];
}

function labelOf(step: JsonObject, kind: string, link: Link): Label {
  if (link === "timeout") {
    const after = textOf(getAt(step, ["timeout", "after"]));
    return after ? { id: "outcome.timeout_after", values: { after } } : { id: "outcome.timeout" };
  }
  if (link === "otherwise" && DECIDES.has(kind)) {
    return { id: "outcome.else" };
  }
  return { id: `outcome.${link}` };
}

/** `next` is a plain way where something takes it: a step without options, or an option without a `goto` of its own. */
function isRare(kind: string, link: Link, ways: readonly Outcome[]): boolean {
  switch (link) {
    case "next":
      return NEXT_IS_OTHERWISE.has(kind) || (ways.length > 0 && ways.every((outcome) => outcome.rare || outcome.target !== null));
    case "otherwise":
      return !DECIDES.has(kind);
    case "failed":
      return !CALLS.has(kind);
    case "resume":
      return false;
    default:
      return true;
  }
}
