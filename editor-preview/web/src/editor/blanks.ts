import type { Texts } from "../i18n/texts";
import type { JsonObject } from "./json";

/** Kinds of step that can be added by name, the most used first. */
export const BLANKS = ["message", "ask", "list", "condition", "handoff", "stop"] as const;

/** A step of a kind that runs as it is. Its words are in the designer's language, to be written over. */
export function blankStep(kind: string, text: Texts): JsonObject {
  switch (kind) {
    case "message":
    case "ask":
      return { type: kind, text: text(`blank.${kind}`) };
    case "list":
      return {
        type: kind,
        text: text("blank.list"),
        button: text("blank.list_button"),
        sections: [{ rows: [1, 2].map((number) => ({ id: `row_${number}`, title: text("blank.row", { number }) })) }],
      };
    case "condition":
      return { type: kind, branches: [] };
    default:
      return { type: kind };
  }
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
