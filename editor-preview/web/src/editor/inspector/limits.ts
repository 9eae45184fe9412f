/**
 * How long texts may be. The schema says it for each key; here stands what depends on the keys beside it. The server's checker has the
 * last word; these limits count while somebody types.
 */
import { kindOf } from "../document";
import { isObject, type JsonObject, type Path } from "../json";
import type { Shape } from "./schema";

const TEXT = 4096;
const CAPTION = 1024;
const BESIDE_BUTTONS = 1024;
const BUTTON_TITLE = 20;
const ROW_TITLE = 24;
const TEMPLATE_BUTTON_TITLE = 25;
/** With more options than this they go out as a list. */
const MOST_BUTTONS = 3;

/** Characters that WhatsApp takes of a text of a step; none where it takes any number, or the text is no message. */
export function limitOf(step: JsonObject, path: Path, shape: Shape): number | undefined {
  const kind = kindOf(step);
  const [key, , inner] = path;
  if (kind === "message" || kind === "ask") {
    const buttons = Array.isArray(step.buttons) ? step.buttons.length : 0;
    if (key === "text") {
      return textLimit(step, buttons);
    }
    if (key === "buttons" && inner === "title") {
      return buttons > MOST_BUTTONS ? ROW_TITLE : BUTTON_TITLE;
    }
  }
  if (kind === "carousel" && key === "cards" && path.at(-1) === "title") {
    return BUTTON_TITLE;
  }
  if (kind === "template" && path.includes("buttons") && path.at(-1) === "title") {
    return TEMPLATE_BUTTON_TITLE;
  }
  // Answers are matched and never drawn.
  return key === "answers" ? undefined : shape.limit;
}

/** Characters of a text as WhatsApp counts them; what expressions give is not known yet, so they count nothing. */
export function lengthOf(text: string): number {
  return text.replaceAll(/\{\{.*?\}\}/gs, "").length;
}

function textLimit(step: JsonObject, buttons: number): number {
  if (buttons > MOST_BUTTONS) {
    return TEXT;
  }
  if (buttons > 0 || isObject(step.link)) {
    return BESIDE_BUTTONS;
  }
  return isObject(step.media) ? CAPTION : TEXT;
}
