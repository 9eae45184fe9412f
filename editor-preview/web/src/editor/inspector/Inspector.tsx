import { Link2, Play, Trash2, Unlink } from "lucide-react";
import { useEffect, useRef } from "react";

import { useTexts } from "../../i18n/texts";
import { usePreviewStore } from "../../preview/store";
import { kindOf, stepName, stepsOf, textOf, triggersOf } from "../document";
import { deleteSteps, disconnect, rename, setText } from "../edits";
import { getAt, type JsonObject, type Path, pathId } from "../json";
import { kindNamed, kindText } from "../kinds";
import { outcomesOf } from "../outcomes";
import { useDocument, useEditor, useEditorStore } from "../store";
import { useLabel } from "../useLabel";
import { fieldsOf } from "./fields";
import { StepProblems, TextField } from "./TextField";

/** The selected step: its texts, and where its ways lead. */
export function Inspector() {
  const text = useTexts();
  const document = useDocument();
  const selected = useEditor((state) => state.selected);
  const [id] = selected;
  const step = id === undefined ? undefined : stepsOf(document).get(id);
  if (id === undefined || !step || selected.size > 1) {
    return <p className="muted">{text(selected.size > 1 ? "inspector.several" : "inspector.none", { count: selected.size })}</p>;
  }
  return <StepFields key={id} id={id} step={step} />;
}

function StepFields({ id, step }: { id: string; step: JsonObject }) {
  const text = useTexts();
  const store = useEditorStore();
  const preview = usePreviewStore();
  const document = useDocument();
  const { edit } = store.getState();
  const panel = useRef<HTMLDivElement>(null);
  const { path, count } = useEditor((state) => state.wanted);
  useEffect(() => {
    if (count > 0) {
      const wanted = path ? `[data-path="${CSS.escape(path)}"]` : "[data-path]";
      panel.current?.querySelector<HTMLElement>(wanted)?.focus();
    }
  }, [path, count]);

  const kind = kindOf(step);
  const { group, icon: Icon } = kindNamed(kind);
  const fields = fieldsOf(step);
  const triggers = triggersOf(document, id);
  return (
    <div ref={panel} className="inspector">
      <h2 className="inspector-title" data-group={group}>
        <Icon size={18} aria-hidden />
        {text(kindText(kind), { kind })} <code className="muted">{id}</code>
      </h2>
      {triggers.length > 0 && <p className="muted">{text("card.start", { triggers: triggers.map((on) => text(`trigger.${on}`)).join(", ") })}</p>}
      <StepProblems step={id} fields={fields.map((field) => pathId(field.path))} />
      <TextField
        step={id}
        field={{ path: ["label"], name: "field.label" }}
        value={textOf(step.label)}
        placeholder={stepName(id, undefined)}
        onWrite={(written) => rename(id, written)}
      />
      {fields.map((field) => (
        <TextField key={pathId(field.path)} step={id} field={field} value={valueAt(step, field.path)} onWrite={(written) => setText(id, field.path, written, field.isRequired)} />
      ))}
      {fields.length === 0 && <p className="muted">{text("inspector.json_only")}</p>}
      <Ways id={id} step={step} />
      <div className="actions">
        <button type="button" className="button" onClick={() => preview.getState().startAt(id)}>
          <Play size={16} aria-hidden />
          {text("inspector.run_from_here")}
        </button>
        <button type="button" className="button" onClick={() => edit(deleteSteps(new Set([id])))}>
          <Trash2 size={16} aria-hidden />
          {text("inspector.delete")}
        </button>
      </div>
    </div>
  );
}

/** Where each way of the step leads, with the commands to change it. */
function Ways({ id, step }: { id: string; step: JsonObject }) {
  const text = useTexts();
  const label = useLabel();
  const store = useEditorStore();
  const steps = stepsOf(useDocument());
  const { ask, edit, open } = store.getState();
  return (
    <section className="ways">
      <h3>{text("inspector.ways")}</h3>
      <ul>
        {outcomesOf(step).map((outcome) => {
          const name = label(outcome.label);
          const { target } = outcome;
          return (
            <li key={outcome.id} className="way">
              <span className="way-name">{name}</span>
              {target === null ? (
                <span className="muted">{text(outcome.isOpen ? "outcome.nowhere" : "outcome.as_next")}</span>
              ) : (
                <button type="button" className="way-target" disabled={!steps.has(target)} onClick={() => open(target)}>
                  {stepName(target, steps.get(target))}
                </button>
              )}
              <button type="button" className="button quiet icon" aria-label={text("inspector.connect", { way: name })} title={text("inspector.connect", { way: name })} onClick={() => ask({ what: "connect", step: id, outcome: outcome.id })}>
                <Link2 size={16} aria-hidden />
              </button>
              <button
                type="button"
                className="button quiet icon"
                disabled={target === null}
                aria-label={text("inspector.disconnect", { way: name })}
                title={text("inspector.disconnect", { way: name })}
                onClick={() => edit(disconnect(id, outcome))}
              >
                <Unlink size={16} aria-hidden />
              </button>
            </li>
          );
        })}
      </ul>
    </section>
  );
}

function valueAt(step: JsonObject, path: Path): string {
  return textOf(getAt(step, path));
}
