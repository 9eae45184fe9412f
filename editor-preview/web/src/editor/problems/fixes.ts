/**
 * Quick fixes: what can be done about a problem without a question, by the code of its diagnostic. Each is one change, undone as one. A code
 * that is not here has no answer that is safe to give.
 */
import type { Diagnostic } from "../../api/bots";
import type { Texts } from "../../i18n/texts";
import { blankStep } from "../blanks";
import { stepName, stepsOf, textOf } from "../document";
import { addStep, deleteSteps, disconnect, type Edit, freshId, setInStep } from "../edits";
import { getAt, isObject, type Json, type JsonObject, type Path, removeAt, setAt } from "../json";
import { type Outcome, outcomesOf } from "../outcomes";
import type { EditorState } from "../store";
import { meant } from "./meant";
import { pathOfPlace } from "./place";

/** Something that can be done about a problem. */
export interface Fix {
  /** The id of its name. */
  text: string;
  values?: Record<string, string>;
  apply: (editor: EditorState) => void;
}

/** What a fix is made from. */
interface Case {
  problem: Diagnostic;
  document: JsonObject;
  /** The place of the problem. */
  path: Path;
  /** What stands there. */
  value: Json | undefined;
  /** The key that it ends with. */
  key: string;
  texts: Texts;
}

/** What is tried for each code, the likeliest first. */
const FIXES: Readonly<Record<string, readonly ((found: Case) => Fix[])[]>> = {
  unknown_key: [didYouMean, takeOut],
  unknown_word: [didYouMean],
  unknown_name: [didYouMean],
  unknown_property: [didYouMean],
  unknown_variable: [didYouMean, declare],
  template: [didYouMean],
  translation: [didYouMean, takeOut],
  unknown_link: [didYouMean, otherStart, takeOutLink, connectLink],
  dead_end: [endHere, connectHere],
  unreachable: [deleteStep, keepForLater],
  window: [sendTemplate, holdBack, skip],
  duplicate_option: [ownId, takeOutSynonym],
  no_effect: [takeOut],
  message_parts: [takeOutPart],
  http_parts: [takeOutPart, encodeSpaces],
  product: [takeOutPart],
  bounds: [exchange, takeOutBound],
  media: [https],
  option_count: [furtherPage],
  wrong_type: [convert],
  variable: [takeOutDefault],
  no_steps: [firstStep],
};

/** What can be done about a problem, the likeliest first. */
export function fixesOf(problem: Diagnostic, document: JsonObject, texts: Texts): Fix[] {
  const path = pathOfPlace(problem.path);
  const found: Case = { problem, document, path, value: getAt(document, path), key: String(path.at(-1) ?? ""), texts };
  return (FIXES[problem.code] ?? []).flatMap((fix) => fix(found));
}

function fix(text: string, edit: Edit, values?: Record<string, string>): Fix {
  return { text, ...(values ? { values } : {}), apply: (editor) => editor.edit(edit) };
}

function didYouMean({ problem, document }: Case): Fix[] {
  const edit = meant(problem, document);
  return edit ? [fix("fix.meant", edit, { name: problem.nearest ?? "" })] : [];
}

function takeOut({ path, key, value }: Case): Fix[] {
  return value === undefined ? [] : [fix("fix.take_out", (document) => removeAt(document, path), { key })];
}

/** A part that another one excludes; where the step itself is the place, nothing is told apart. */
function takeOutPart(found: Case): Fix[] {
  const isPart = found.path[0] === "steps" && found.path.length === 3;
  return isPart && /exclude|can't go out|no caption|only an image/.test(found.problem.message) ? takeOut(found) : [];
}

function takeOutBound(found: Case): Fix[] {
  return found.problem.message.includes("says nothing") ? takeOut(found) : [];
}

function takeOutDefault(found: Case): Fix[] {
  return found.key === "default" ? takeOut(found) : [];
}

function takeOutSynonym(found: Case): Fix[] {
  const { path, value } = found;
  return path.at(-2) === "synonyms" && typeof value === "string" ? [fix("fix.take_out", (document) => removeAt(document, path), { key: value })] : [];
}

/** The bot's first step is another one: the first that there is. */
function otherStart({ problem, path, document }: Case): Fix[] {
  const [first] = stepsOf(document);
  if (path.length !== 1 || path[0] !== "start" || problem.nearest || !first) {
    return [];
  }
  const [id, step] = first;
  return [fix("fix.start", (changed) => setAt(changed, ["start"], id), { step: stepName(id, step) })];
}

function takeOutLink({ path }: Case): Fix[] {
  if (path.length === 1) {
    return [];
  }
  const way = outcomeAt(path);
  return [
    fix("fix.take_out_link", (document) => {
      const found = way(document);
      // A time-out without a place to go to is none.
      const isWhole = !found && path.at(-1) === "goto" && typeof path.at(-2) === "string";
      return found ? disconnect(found.step, found.outcome)(document) : removeAt(document, isWhole ? path.slice(0, -1) : path);
    }),
  ];
}

function connectLink({ path, document }: Case): Fix[] {
  return connecting(outcomeAt(path)(document));
}

/** The way of a question that leads nowhere: that of an option, or what the step takes where an option has none. */
function openWay({ path, document }: Case): Way | undefined {
  return outcomeAt(path.length > 2 ? [...path, "goto"] : [...path, "next"])(document);
}

function endHere(found: Case): Fix[] {
  const way = openWay(found);
  return way ? [fix("fix.stop", (document) => addStep(freshId(document, "stop"), { type: "stop" }, way)(document))] : [];
}

function connectHere(found: Case): Fix[] {
  return connecting(openWay(found));
}

function connecting(way: Way | undefined): Fix[] {
  return way ? [{ text: "fix.connect", apply: (editor) => editor.ask({ what: "connect", step: way.step, outcome: way.outcome.id }) }] : [];
}

function deleteStep({ problem: { step } }: Case): Fix[] {
  return step === undefined ? [] : [fix("fix.delete_step", deleteSteps(new Set([step])))];
}

function keepForLater({ problem: { step } }: Case): Fix[] {
  return step === undefined ? [] : [fix("fix.disable_step", setInStep(step, ["disabled"], true))];
}

/** A template has to be named: its field is opened for it. */
function sendTemplate({ problem: { step }, document }: Case): Fix[] {
  const kind = textOf(getAt(document, ["steps", step ?? "", "type"]));
  if (step === undefined || kind === "reaction") {
    return [];
  }
  const apply = (editor: EditorState) => {
    editor.edit(setInStep(step, ["template"], { name: "" }));
    editor.open(step, "template.name");
  };
  return [{ text: "fix.template", apply }];
}

function holdBack({ problem: { step } }: Case): Fix[] {
  return step === undefined ? [] : [fix("fix.hold", setInStep(step, ["outside_window"], "hold"))];
}

function skip({ problem: { step } }: Case): Fix[] {
  return step === undefined ? [] : [fix("fix.skip", setInStep(step, ["outside_window"], "skip"))];
}

function ownId({ problem: { step }, path, key, value, document }: Case): Fix[] {
  if (step === undefined || key !== "id" || typeof value !== "string") {
    return [];
  }
  const taken = idsIn(stepsOf(document).get(step));
  let id = value;
  for (let number = 2; taken.has(id); number += 1) {
    id = `${value}_${number}`;
  }
  return [fix("fix.own_id", (changed) => setAt(changed, path, id), { id })];
}

function idsIn(value: Json | undefined): ReadonlySet<string> {
  const inner = Array.isArray(value) ? value : isObject(value) ? Object.values(value) : [];
  const own = isObject(value) && typeof value.id === "string" ? [value.id] : [];
  return new Set([...own, ...inner.flatMap((one) => [...idsIn(one)])]);
}

function encodeSpaces({ key, path, value }: Case): Fix[] {
  if (key !== "url" || typeof value !== "string") {
    return [];
  }
  // Spaces in an expression are its own.
  const encoded = value.trim().replaceAll(/(\{\{.*?\}\})| /gs, (_, expression?: string) => expression ?? "%20");
  return [fix("fix.spaces", (document) => setAt(document, path, encoded))];
}

function exchange({ problem, path, document }: Case): Fix[] {
  const around = path.slice(0, -1);
  const [min, max] = [getAt(document, [...around, "min"]), getAt(document, [...around, "max"])];
  if (!problem.message.includes("more than") || min === undefined || max === undefined) {
    return [];
  }
  return [fix("fix.exchange", (changed) => setAt(setAt(changed, [...around, "min"], max), [...around, "max"], min))];
}

function https({ path, value }: Case): Fix[] {
  const address = typeof value === "string" ? value.trim() : "";
  if (!/^(http:\/\/)?[\w-]+(\.[\w-]+)+([/?#]\S*)?$/.test(address)) {
    return [];
  }
  const name = `https://${address.replace("http://", "")}`;
  return [fix("fix.meant", (document) => setAt(document, path, name), { name })];
}

/** A menu with more rows than fit gets a row that leads to the next page. */
function furtherPage({ problem: { step, message }, texts }: Case): Fix[] {
  const words = texts("fix.more_title");
  return step !== undefined && message.includes("options, and WhatsApp shows") ? [fix("fix.more", setInStep(step, ["more"], words), { words })] : [];
}

function convert({ problem, path, value }: Case): Fix[] {
  const expected = problem.expected ?? "";
  if (expected === "a text" && (typeof value === "number" || typeof value === "boolean")) {
    return [fix("fix.as_text", (document) => setAt(document, path, String(value)))];
  }
  if (/^a (whole )?number/.test(expected) && typeof value === "string" && /^-?\d{1,15}(\.\d+)?$/.test(value.trim())) {
    return [fix("fix.as_number", (document) => setAt(document, path, Number(value)))];
  }
  if (/^(either )?a list/.test(expected) && (isObject(value) || typeof value === "string")) {
    return [fix("fix.as_list", (document) => setAt(document, path, [value]))];
  }
  return [];
}

function declare({ problem: { nearest, message } }: Case): Fix[] {
  const name = /`([a-z][a-z0-9_]*)`/.exec(message)?.[1];
  return nearest || name === undefined ? [] : [fix("fix.declare", (document) => setAt(document, ["variables", name], { type: "text" }), { name })];
}

function firstStep({ texts }: Case): Fix[] {
  return [fix("fix.first_step", addStep("welcome", blankStep("message", texts)))];
}

/** A way of a step. */
interface Way {
  step: string;
  outcome: Outcome;
}

/** Finds the way whose link stands at a path of the document. */
function outcomeAt([steps, id, ...inside]: Path): (document: JsonObject) => Way | undefined {
  return (document) => {
    const step = steps === "steps" && typeof id === "string" ? stepsOf(document).get(id) : undefined;
    const outcome = step && outcomesOf(step).find(({ path }) => path.length === inside.length && path.every((key, index) => key === inside[index]));
    return outcome ? { step: String(id), outcome } : undefined;
  };
}
