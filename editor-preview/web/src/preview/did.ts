/** What was done to a rehearsed bot, line by line, in the studio's language. */
import type { Line } from "../api/previews";
import { isObject, type Json, type JsonObject } from "../editor/json";
import { shown, startedBy, type Words } from "../trace/sentences";

/** What a person of the business can do beside writing. */
const COMMANDS: ReadonlySet<string> = new Set(["release", "close", "stop"]);

/** A line in a few words. */
export function didText(line: Line | undefined, words: Words): string {
  const { text, stepName } = words;
  const [[key, value] = ["", ""]] = Object.entries(line ?? {}) as [string, Json][];
  const of = isObject(value) ? value : {};
  switch (key) {
    case "customer":
      return isObject(value) ? sentText(value, words) : text("did.customer", { text: shown(value) });
    case "pass":
      return text("did.pass", { time: shown(value) });
    case "start":
      return of.step === undefined ? text("did.start", { on: startedBy(of.on, text) }) : text("did.start_at", { step: stepName(shown(of.step)) });
    case "reply":
      return text("did.reply");
    case "status":
      return isObject(value) ? text("did.failed", { code: shown(of.failed) }) : text(`act.${shown(value)}`);
    case "fail_next":
      return text("did.fail_next", { code: shown(value) });
    case "agent":
      if (isObject(value) && isObject(value.handoff)) {
        return text("did.handoff", { team: shown(value.handoff.team) });
      }
      return COMMANDS.has(shown(value)) ? text(`act.${shown(value)}`) : text("did.agent", { text: shown(of.message ?? value) });
    case "set":
      return Object.entries(of)
        .map(([path, written]) => text("did.set", { path, value: shown(written) }))
        .join(" · ");
    default:
      return shown(value);
  }
}

/** What the customer sent, where it is more than a text. */
function sentText(sent: JsonObject, { text }: Words): string {
  const option = sent.tap ?? sent.reply;
  if (option !== undefined) {
    return text("did.tap", { option: shown(option) });
  }
  if (sent.again !== undefined) {
    return text("act.again");
  }
  if (sent.text !== undefined) {
    return text("did.customer", { text: shown(sent.text) });
  }
  const [[kind, content] = ["", ""]] = Object.entries(sent) as [string, Json][];
  const name = text(`act.${isObject(sent.media) ? shown(sent.media.kind) : kind}`);
  return text("did.customer", { text: kind === "reaction" ? shown(content) : name });
}
