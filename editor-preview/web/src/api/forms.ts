import type { JsonObject } from "../editor/json";
import { address, call } from "./client";

/** A screen of a form as it stands: what the answer before said, to be asked with again. */
export interface FormState {
  /** Left out: the first screen. */
  screen?: string | null;
  data?: JsonObject;
  /** What the fields hold, by their names. */
  values?: JsonObject;
  /** The screens before. */
  earlier?: JsonObject;
}

/** What a button of a form does, as the button names it. */
export interface FormAction {
  name: string;
  next?: string;
  at?: string;
}

/** What a form is drawn from; the same request gives the same answer. */
export interface FormRequest extends FormState {
  /** Its name, or the form itself as Flow JSON. */
  flow: string | JsonObject;
  language: string;
  action?: FormAction;
}

/** A screen as the customer sees it, or what the form sends. */
export interface FormAnswer extends Required<FormState> {
  /** A fragment without script and style. */
  html: string;
  screen: string;
  title: string;
  /** What is wrong with what was filled in, by field. */
  errors: { [field: string]: string };
  /** What the form sends; there when it is filled in. */
  answers?: JsonObject | null;
  /** What the form's endpoint would be asked. */
  exchange?: JsonObject | null;
  /** The web address that would be opened. */
  url?: string | null;
}

/** Draws a screen of a form, after what was done in it. */
export function drawForm(request: FormRequest, signal: AbortSignal): Promise<FormAnswer> {
  return call("POST", address("previews", "form"), { ...request, screen: request.screen ?? undefined }, signal);
}
