import { address, call } from "./client";
import type { Narrowed } from "./narrowed";
import type { components } from "./schema";

type Schemas = components["schemas"];

/** What the server's settings declare; where a list is empty, any name is accepted. */
export type Account = Schemas["Account"];

/** A field of contacts or leads. */
export type AccountField = Schemas["Field"];

/** A form that lies beside the bots. */
export type FlowSummary = Schemas["FlowSummary"];

/** A template of the account, in one of its languages. */
export type Template = Narrowed<Schemas["TemplateView"], { content?: TemplateContent }>;

/** What a template, or a card of one, says. Its texts have gaps: `{{1}}`, `{{name}}`. */
export interface TemplateContent {
  header?: { format: "text"; text: string } | { format: "image" | "video" | "document" | "location" | "other" };
  body: string;
  footer?: string;
  buttons?: TemplateButton[];
  cards?: TemplateContent[];
}

/** A button of a template, with its label. */
export type TemplateButton =
  | { type: "quick_reply" | "copy_code" | "other"; text: string }
  | { type: "url"; text: string; url: string }
  | { type: "phone_number"; text: string; number: string }
  | { type: "flow"; text: string; flow: string };

/** What the server's settings declare. */
export function showAccount(): Promise<Account> {
  return call("GET", address("account"));
}

/** The templates of the connected accounts, as far as they are known. */
export function listTemplates(): Promise<Template[]> {
  return call("GET", address("templates"));
}

/** The forms that lie beside the bots. */
export function listFlows(): Promise<FlowSummary[]> {
  return call("GET", address("flows"));
}
