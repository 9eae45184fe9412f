import { Play, Trash2 } from "lucide-react";
import { useMemo } from "react";

import { useTexts } from "../../i18n/texts";
import { usePreviewStore } from "../../preview/store";
import { kindOf, stepName, triggersOf } from "../document";
import { deleteSteps } from "../edits";
import type { JsonObject } from "../json";
import { kindNamed, kindText } from "../kinds";
import { outcomesOf } from "../outcomes";
import { useDocument, useEditor, useEditorStore } from "../store";
import { useLabel } from "../useLabel";
import { Developer } from "./Developer";
import { NameField } from "./fields/PlainFields";
import { AddKey, KeyFields, UnknownKeys } from "./fields/ObjectFields";
import { useObjectForm } from "./fields/useObjectForm";
import { LinkField } from "./fields/LinkField";
import { FormContext } from "./form";
import { stepLayout } from "./layout";
import { useNames } from "./names";
import { FormProblems } from "./FormProblems";
import { type BotSchema, firstSentence, type Key, type ObjectShape } from "./schema";
import { UsedBy } from "./UsedBy";

const PLAIN = { name: "", help: "", type: "string", kind: "" } as const;

/** A step: its fields by the bot's schema, where its ways lead, and what leads to it. */
export function StepForm({ id, step, schema }: { id: string; step: JsonObject; schema: BotSchema }) {
  const text = useTexts();
  const editor = useEditorStore();
  const preview = usePreviewStore();
  const document = useDocument();
  const kind = kindOf(step);
  const shape = schema.steps.get(kind);
  const place = useMemo(() => ({ step: id, kind }), [id, kind]);
  const { group, icon: Icon } = kindNamed(kind);
  const triggers = triggersOf(document, id);
  return (
    <FormContext value={place}>
      <header className="inspector-head">
        <div className="inspector-top">
          <h2 className="inspector-title" data-group={group}>
            <Icon size={18} aria-hidden />
            {text(kindText(kind), { kind })}
          </h2>
          <button type="button" className="link-button" onClick={() => editor.getState().openBot("name")}>
            {text("inspector.to_bot")}
          </button>
        </div>
        {shape && <p className="muted">{firstSentence(shape.help)}</p>}
        {triggers.length > 0 && <p className="muted">{text("card.start", { triggers: triggers.map((on) => text(`trigger.${on}`)).join(", ") })}</p>}
      </header>
      {shape ? <Fields shape={shape} layout={kind} name={stepName(id, undefined)} /> : <p className="muted">{text("inspector.unknown_kind")}</p>}
      <Ways step={step} keys={shape?.keys.filter(isLink) ?? []} />
      <UsedBy id={id} />
      <div className="actions">
        <button type="button" className="button" onClick={() => preview.getState().startAt(id)}>
          <Play size={16} aria-hidden />
          {text("inspector.run_from_here")}
        </button>
        <button type="button" className="button" onClick={() => editor.getState().edit(deleteSteps(new Set([id])))}>
          <Trash2 size={16} aria-hidden />
          {text("inspector.delete")}
        </button>
      </div>
      <Developer id={id} step={step} />
    </FormContext>
  );
}

/** Links of the step itself stand together as its ways. */
function isLink({ shape }: Key): boolean {
  return shape.type === "string" && shape.kind === "link";
}

function Fields({ shape, layout, name }: { shape: ObjectShape; layout: string; name: string }) {
  const text = useTexts();
  const keys = useMemo(() => shape.keys.filter((key) => !isLink(key) && key.name !== "label"), [shape]);
  const form = useObjectForm([], keys, stepLayout(layout));
  const wanted = useEditor((state) => state.wanted.path);
  const faults = [...form.shown, ...form.folded, ...shape.keys.filter(isLink)].map((key) => key.name);
  const isWanted = form.folded.some((key) => wanted.split(".")[0] === key.name);
  return (
    <>
      <FormProblems shown={["label", ...faults, ...form.unknown]} />
      <div className="fields">
        <NameField path={["label"]} shape={PLAIN} label={text("field.label")} placeholder={name} />
        <KeyFields path={[]} owner={layout} keys={form.shown} />
        <UnknownKeys path={[]} names={form.unknown.filter((key) => !["type", ...shape.keys.map((known) => known.name)].includes(key))} />
        {form.folded.length > 0 && (
          <details className="fold" open={isWanted || form.hasUnfolded || undefined}>
            <summary>{text("inspector.more")}</summary>
            <div className="fields">
              <KeyFields path={[]} owner={layout} keys={form.folded} />
            </div>
          </details>
        )}
        <AddKey form={form} owner={layout} />
      </div>
    </>
  );
}

/** Where the ways of the step lead; those of its options stand with them. */
function Ways({ step, keys }: { step: JsonObject; keys: readonly Key[] }) {
  const text = useTexts();
  const names = useNames();
  const label = useLabel();
  const outcomes = outcomesOf(step);
  if (keys.length === 0) {
    return null;
  }
  return (
    <section className="ways">
      <h3>{text("inspector.ways")}</h3>
      {keys.map(({ name, shape }) => {
        const outcome = outcomes.find((one) => one.id === name);
        return shape.type === "string" && <LinkField key={name} path={[name]} shape={shape} label={outcome ? label(outcome.label) : names.key(name)} />;
      })}
    </section>
  );
}
