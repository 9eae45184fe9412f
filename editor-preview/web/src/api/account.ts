import { address, call } from "./client";
import type { components } from "./schema";

/** Something with an id and what people call it. */
export interface Titled {
  id: string;
  title: string;
}

/** A field of contacts or leads. */
export interface AccountField {
  key: string;
  title: string;
  type: string;
}

/** What the server's settings declare; where a list is empty, any name is accepted. */
export interface Account {
  pipelines: (Titled & { stages: Titled[] })[];
  users: { id: string; name: string }[];
  teams: { id: string; name: string }[];
  fields: { contact: AccountField[]; lead: AccountField[] };
  numbers: { id: string; display: string; name: string }[];
  models: string[];
  sandbox: boolean;
}

/** A form that lies beside the bots. */
export interface FlowSummary {
  name: string;
  screens: number;
  version: string;
}

/** A template of the account, in one of its languages. */
export type Template = components["schemas"]["TemplateView"];

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
