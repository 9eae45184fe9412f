/** Templates of the account: which one a step means, and what it has to bring for it. */
import type { Template, TemplateButton, TemplateContent } from "../../api/account";
import { textOf } from "../document";
import { isObject, type Json, type JsonObject } from "../json";

/** The template that a step, or the stand-in of one, names. Left out, its language is the bot's. */
export function templateOf(templates: readonly Template[], named: Json | undefined, document: JsonObject): Template | undefined {
  const { name, language } = isObject(named) ? named : {};
  const wanted = plain(textOf(language) || textOf(document.language) || "en");
  return templates.find((one) => one.name === name && plain(one.language) === wanted);
}

/** Languages are written `pt_BR` at Meta and `pt-BR` elsewhere. */
function plain(language: string): string {
  return language.replaceAll("-", "_").toLowerCase();
}

/** What a step has to bring beside the variables of the body, blank: the keys of its header, buttons and cards that it does not have yet. */
export function missingOf(content: TemplateContent, given: JsonObject): JsonObject {
  const header = headerOf(content);
  const buttons = buttonsOf(content);
  const cards = (content.cards ?? []).map((card): JsonObject => {
    const [header, buttons] = [headerOf(card), buttonsOf(card)];
    return { ...(header && { header }), ...(buttons && { buttons }) };
  });
  const wanted: JsonObject = { ...(header && { header }), ...(buttons && { buttons }), ...(cards.length > 0 && { cards }) };
  return Object.fromEntries(Object.entries(wanted).filter(([key]) => given[key] === undefined));
}

function headerOf({ header }: TemplateContent): JsonObject | undefined {
  switch (header?.format) {
    case "image":
    case "video":
    case "document":
      return { kind: header.format, link: "" };
    case "location":
      return { latitude: "", longitude: "" };
    default:
      return undefined;
  }
}

/** The buttons up to the last one to which a step adds something. */
function buttonsOf({ buttons = [] }: TemplateContent): JsonObject[] | undefined {
  const blanks = buttons.map(buttonOf);
  const last = blanks.findLastIndex((blank) => Object.keys(blank).length > 0);
  return last < 0 ? undefined : blanks.slice(0, last + 1);
}

function buttonOf(button: TemplateButton): JsonObject {
  switch (button.type) {
    case "quick_reply":
      return { title: button.text };
    case "url":
      return /\{\{.+\}\}/.test(button.url) ? { url_suffix: "" } : {};
    case "copy_code":
      return { code: "" };
    default:
      return {};
  }
}
