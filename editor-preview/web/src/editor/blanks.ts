import type { Texts } from "../i18n/texts";
import type { JsonObject } from "./json";
import { stepLayout } from "./inspector/layout";

/** A step of a preset. It runs as it is, or lacks only what its designer alone can know. Its words are in the designer's language, to be written over. */
export function blankStep(preset: string, text: Texts): JsonObject {
  const says = (id: string) => ({ type: id, text: text(`blank.${id}`) });
  const options = (count: number) => Array.from({ length: count }, (_, index) => ({ id: `option_${index + 1}`, title: text("blank.row", { number: index + 1 }) }));
  switch (preset) {
    case "message":
    case "ask":
    case "location_request":
    case "contact_request":
    case "task":
    case "note":
      return says(preset);
    case "buttons":
      return { type: "message", text: text("blank.list"), buttons: options(2) };
    case "media":
      return { type: "message", media: { kind: "image", link: "" } };
    case "url":
      return { type: "message", text: text("blank.url"), link: { title: text("blank.url_title"), url: "" } };
    case "location":
      return { type: "message", location: { latitude: "", longitude: "" } };
    case "contacts":
      return { type: "message", contacts: [{ name: "" }] };
    case "list":
      return { type: preset, text: text("blank.list"), button: text("blank.list_button"), sections: [{ rows: options(2) }] };
    case "carousel":
      return { type: preset, text: text("blank.list"), cards: options(2).map((option) => ({ media: { kind: "image", link: "" }, text: option.title, buttons: [option] })) };
    case "template":
      return { type: preset, name: "" };
    case "product":
      return { type: preset, catalog: "", product: "" };
    case "reaction":
      return { type: preset, emoji: "👍" };
    case "internal_message":
      return { ...says(preset), to: [{ team: "" }] };
    case "flow":
      return { ...says(preset), flow: "", button: text("blank.flow_button") };
    case "wait":
      return { type: preset, for: { delay: "1h" } };
    case "condition":
      return { type: preset, branches: [{ when: "", goto: "" }] };
    case "split":
      return { type: preset, options: [{ label: "A" }, { label: "B" }] };
    case "set":
    case "ai_extract":
      return { type: preset, fields: {} };
    case "stage":
      return { type: preset, stage: "" };
    case "assign":
      return { type: preset, to: { team: "" } };
    case "subscribe":
      return { type: preset, add: [{ team: "" }] };
    case "opt":
      return { type: preset, marketing: true };
    case "script":
      return { type: preset, code: "" };
    case "find":
      return { type: preset, in: { catalog: "" } };
    case "items":
      return { type: preset, add: [{ catalog: "", item: "" }] };
    case "http":
      return { type: preset, url: "" };
    case "ai_reply":
      return { type: preset, instructions: text("blank.ai_reply") };
    case "ai_route":
      return { type: preset, intents: [{ name: "intent_1", description: "", goto: "" }] };
    case "start_bot":
      return { type: preset, bot: "" };
    default:
      return { type: preset };
  }
}

/** The field of a new step that is filled in first. */
export function firstField(preset: string): string {
  const ofPreset: Record<string, string> = { media: "media.link", url: "text", location: "location.latitude", contacts: "contacts.0.name", condition: "branches.0.when", find: "in.catalog", items: "add.0.catalog", ai_route: "intents.0.name" };
  return ofPreset[preset] ?? stepLayout(preset === "buttons" ? "message" : preset).open[0] ?? "label";
}

/** A bot with a first message, that any message starts. */
export function blankBot(name: string, text: Texts): JsonObject {
  return {
    format: 1,
    name,
    language: text("blank.language"),
    triggers: [{ on: "message", any: true }],
    start: "welcome",
    steps: { welcome: blankStep("message", text) },
  };
}
