import type { JsonObject } from "../editor/json";
import { address, call } from "./client";
import type { Narrowed } from "./narrowed";
import type { components } from "./schema";

type Schemas = components["schemas"];

/** What a form's screens hold, by the names of their fields. */
interface Held {
  data: JsonObject;
  values: JsonObject;
  /** The screens before. */
  earlier: JsonObject;
}

/** A screen of a form as it stands: what the answer before said, to be asked with again. */
export type FormState = Narrowed<Pick<Schemas["PreviewForm"], "screen" | keyof Held>, Partial<Held>>;

/** What a button of a form does, as the button names it. */
export type FormAction = Pick<Schemas["FormAction"], "name" | "next" | "at">;

/** What a form is drawn from; the same request gives the same answer. The form is its name, or itself as Flow JSON. */
export type FormRequest = FormState & Narrowed<Schemas["PreviewForm"], { flow: string | JsonObject; action?: FormAction } & Partial<Held>>;

/** A screen as the customer sees it, or what the form sends. */
export type FormAnswer = Narrowed<Schemas["DrawnForm"], Held & { errors: { [field: string]: string }; answers?: JsonObject | null; exchange?: JsonObject | null }>;

/** Draws a screen of a form, after what was done in it. */
export function drawForm(request: FormRequest, signal: AbortSignal): Promise<FormAnswer> {
  return call("POST", address("previews", "form"), { ...request, screen: request.screen ?? undefined }, signal);
}
