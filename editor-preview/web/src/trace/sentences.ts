/** What a line of a trace says, in the studio's language. What the server says as a reason is looked up in the phrasebook. */
import type { TraceLine } from "../api/previews";
import { isObject, type Json } from "../editor/json";
import { kindText } from "../editor/kinds";
import { readable } from "../editor/readable";
import type { Texts } from "../i18n/texts";
import { STATUSES } from "../sessions/filters";

export interface Sentence {
  said: string;
  /** Why, or what else there is to it; empty: nothing. */
  more: string;
}

/** Who knows the words: the texts of the studio, and the names of the bot's steps by their ids. */
export interface Words {
  text: Texts;
  phrases: (english: string) => string;
  stepName: (id: string) => string;
}

/** A line as a sentence. */
export function sentenceOf({ what, ...line }: TraceLine, { text, phrases, stepName }: Words): Sentence {
  const step = stepName(shown(line.step));
  const why = (reason: Json | undefined) => phrases(shown(reason));
  const say = (values: Record<string, string> = {}, more: Json | undefined = ""): Sentence => ({ said: text(`trace.${what}`, values), more: shown(more) });
  switch (what) {
    case "started":
      return say({ bot: shown(line.bot) }, startedBy(line.on, text));
    case "not_started":
      return say({ bot: shown(line.bot) }, why(line.reason));
    case "step":
      return say({ step }, text(kindText(shown(line.kind)), { kind: shown(line.kind) }));
    case "skipped":
      return say({ step });
    case "branch":
      return line.to == null ? { said: text("trace.branch_open", { step }), more: why(line.why) } : say({ step, to: stepName(shown(line.to)) }, why(line.why));
    case "evaluated":
      return say({ expression: shown(line.expression), value: shown(line.value) });
    case "set":
      return say({ path: shown(line.path), value: shown(line.value) });
    case "waiting":
      return say({ step }, why(line.why));
    case "failed":
      return say({ step, name: shown(line.name) }, why(line.text));
    case "ignored":
      return say({}, why(line.reason));
    case "understood":
      return say({}, line.text);
    case "not_understood":
      return say({}, why(line.why));
    case "ended":
      return say({}, endOf(line, text));
    case "asked":
      return { said: text("trace.asked", { step, model: askedOf(line).model }), more: tookOf(askedOf(line), text) };
    case "moved":
    case "sent":
    case "called":
      return say();
    default:
      return { said: what, more: readable(Object.fromEntries(Object.entries(line).flatMap(([key, value]) => (value === undefined ? [] : [[key, value]])))) };
  }
}

/** What a model was asked, as a line of a trace holds it. */
export interface Asked {
  model: string;
  prompt: { role: string; text: string }[];
  answer: string;
  tokens: { prompt: number; answer: number };
  tries: number;
  /** Milliseconds. */
  took: number;
  passages: { source: string; title: string; text: string; score: number }[];
  /** Why less was searched than the bot knows. */
  note?: string;
  cost?: { millionths: number; currency: string };
}

/** What is left out of it is empty. */
export function askedOf({ asked }: { [key: string]: Json | undefined }): Asked {
  const none: Asked = { model: "", prompt: [], answer: "", tokens: { prompt: 0, answer: 0 }, tries: 0, took: 0, passages: [] };
  return isObject(asked) ? { ...none, ...(asked as unknown as Partial<Asked>) } : none;
}

/** What it took: tokens, money, time, tries. */
function tookOf({ tokens, cost, took, tries }: Asked, text: Texts): string {
  const parts = [text("trace.tokens", { prompt: String(tokens.prompt), answer: String(tokens.answer) })];
  if (cost) {
    parts.push(`${money(cost.millionths)} ${cost.currency}`);
  }
  parts.push(`${(took / 1000).toFixed(1)} s`);
  if (tries > 1) {
    parts.push(text("trace.tries", { tries: String(tries) }));
  }
  return parts.join(" · ");
}

/** Millionths as a decimal number, to the cent and as much finer as they are. */
function money(millionths: number): string {
  const digits = String(millionths).padStart(7, "0");
  const rest = digits.slice(-6).replace(/0+$/, "").padEnd(2, "0");
  return `${digits.slice(0, -6)}.${rest}`;
}

/** What started a bot. */
export function startedBy(on: Json | undefined, text: Texts): string {
  return on === "preview" ? text("trace.preview") : text(`trigger.${shown(on)}`);
}

/** How a session ended: its outcome is often its status, and once is enough. */
function endOf({ outcome, status }: Omit<TraceLine, "what">, text: Texts): string {
  const ended = STATUSES.some((known) => known === status) ? text(`sessions.${shown(status)}`) : shown(status);
  return outcome === status ? ended : `${ended}, ${shown(outcome)}`;
}

/** A value in one line. */
export function shown(value: Json | undefined): string {
  return typeof value === "string" ? value : value === undefined ? "" : JSON.stringify(value);
}
