import { Bot } from "lucide-react";
import { useMemo } from "react";

import { useTexts } from "../../i18n/texts";
import { AddKey, KeyFields, UnknownKeys } from "./fields/ObjectFields";
import { useObjectForm } from "./fields/useObjectForm";
import { FormContext, Owner } from "./form";
import { FormProblems } from "./FormProblems";
import type { Layout } from "./layout";
import type { BotSchema, Key } from "./schema";
import { TriggersField } from "./TriggersField";

const PLACE = { step: null, kind: "" };

/** Keys that have a view of their own, or are nobody's to change by hand. */
const ELSEWHERE: ReadonlySet<string> = new Set(["$schema", "format", "steps", "translations", "layout", "triggers"]);

const HEAD: Layout = { order: ["name", "language", "timezone", "country"], open: ["name", "language", "timezone"], folded: [] };
const REST: Layout = { order: ["variables", "hours", "defaults", "limits", "knowledge"], open: ["variables", "hours"], folded: ["meta"] };

/** The text of a source of knowledge has many lines, as a message's has. */
function withSources(key: Key): Key {
  if (key.name !== "knowledge" || key.shape.type !== "map" || key.shape.of.type !== "object") {
    return key;
  }
  const keys = key.shape.of.keys.map((own): Key => (own.name === "text" ? { ...own, shape: { ...own.shape, type: "string", kind: "text" } } : own));
  return { ...key, shape: { ...key.shape, of: { ...key.shape.of, keys } } };
}

/** The bot itself: who it is, what starts it, and what holds for all of its steps. */
export function BotForm({ schema }: { schema: BotSchema }) {
  return (
    <FormContext value={PLACE}>
      <BotFields schema={schema} />
    </FormContext>
  );
}

function BotFields({ schema }: { schema: BotSchema }) {
  const text = useTexts();
  const keys = useMemo(() => schema.bot.keys.filter(({ name }) => !ELSEWHERE.has(name)).map(withSources), [schema]);
  const isHead = (name: string) => HEAD.order.includes(name);
  const head = useObjectForm([], keys.filter(({ name }) => isHead(name)), HEAD);
  const start = keys.filter(({ name }) => name === "start");
  const rest = useObjectForm([], keys.filter(({ name }) => !isHead(name) && name !== "start"), REST);
  const unknown = head.unknown.filter((name) => !schema.bot.keys.some((key) => key.name === name));
  return (
    <>
      <header className="inspector-head">
        <h2 className="inspector-title">
          <Bot size={18} aria-hidden />
          {text("inspector.bot")}
        </h2>
      </header>
      <FormProblems shown={schema.bot.keys.map(({ name }) => name)} />
      <div className="fields">
        <KeyFields path={[]} owner="bot" keys={head.shown} />
        <Owner name={text("inspector.bot")}>
          <AddKey form={head} owner="bot" />
        </Owner>
        <TriggersField triggers={schema.triggers} />
        <KeyFields path={[]} owner="bot" keys={start} />
        <KeyFields path={[]} owner="bot" keys={rest.shown} />
        <UnknownKeys path={[]} names={unknown} />
        {rest.folded.length > 0 && (
          <details className="fold" open={rest.hasUnfolded || undefined}>
            <summary>{text("inspector.more")}</summary>
            <div className="fields">
              <KeyFields path={[]} owner="bot" keys={rest.folded} />
            </div>
          </details>
        )}
        <AddKey form={rest} owner="bot" />
      </div>
    </>
  );
}
