/** New entries of lists, and changes of their order. */
import type { Texts } from "../../i18n/texts";
import { textOf } from "../document";
import { isObject, type Json, type JsonObject } from "../json";
import type { Shape } from "./schema";
import { blankOf } from "./values";

/** A new entry of a list. Options get an id that no other one has, and keep it whatever their title becomes. */
export function newItem(shape: Shape, list: string, subject: JsonObject, number: number, text: Texts): Json {
  const [first] = shape.type === "either" ? shape.cases.filter(({ name }) => name === "Choice") : [];
  const of = first ?? shape;
  switch (of.name) {
    case "Choice":
      return { id: freshOptionId(subject, "option"), title: text("blank.row", { number }) };
    case "Section":
      return { title: text("item.sections", { number }), rows: [{ id: freshOptionId(subject, "option"), title: text("blank.row", { number: 1 }) }] };
    case "Card": {
      const id = freshOptionId(subject, "option");
      return { media: { kind: "image", link: "" }, text: text("item.cards", { number }), buttons: [{ id, title: text("blank.row", { number: 1 }) }] };
    }
    case "RouteIntent":
      return { name: `${list === "intents" ? "intent" : list}_${number}`, description: "", goto: "" };
    case "ReplyTool":
      return { name: `tool_${number}`, description: "", goto: "" };
    default:
      return blankOf(of);
  }
}

/** The same entry once more; options in it get ids of their own. */
export function duplicate(item: Json, subject: JsonObject): Json {
  const taken = new Set(idsIn(subject));
  const copy = (value: Json, key = ""): Json => {
    if (Array.isArray(value)) {
      return value.map((inner) => copy(inner, key));
    }
    if (!isObject(value)) {
      return value;
    }
    const copied = Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, copy(inner, name)]));
    // A medium's id names an upload, which both share.
    if (key === "media" || key === "header" || textOf(copied.id) === "") {
      return copied;
    }
    const id = fresh(taken, textOf(copied.id).replace(/_\d+$/, ""));
    taken.add(id);
    return { ...copied, id };
  };
  return copy(item);
}

/** The list with an entry in the place of its neighbour. */
export function moved(list: readonly Json[], from: number, to: number): Json[] {
  const item = list[from];
  const others = list.filter((_, index) => index !== from);
  return item === undefined ? [...list] : [...others.slice(0, to), item, ...others.slice(to)];
}

/** An id that no option of the step has. */
export function freshOptionId(subject: JsonObject, stem: string): string {
  return fresh(new Set(idsIn(subject)), stem);
}

function fresh(taken: ReadonlySet<string>, stem: string): string {
  let number = 1;
  while (taken.has(`${stem}_${number}`)) {
    number += 1;
  }
  return `${stem}_${number}`;
}

function idsIn(value: Json | undefined): string[] {
  if (Array.isArray(value)) {
    return value.flatMap(idsIn);
  }
  return isObject(value) ? [textOf(value.id), ...Object.values(value).flatMap(idsIn)] : [];
}
