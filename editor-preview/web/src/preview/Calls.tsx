import { useState } from "react";

import type { PendingCall } from "../api/previews";
import { useTexts } from "../i18n/texts";
import { stepName, stepsOf, textOf } from "../editor/document";
import { isObject, type JsonObject } from "../editor/json";
import { useDocument } from "../editor/store";
import { isJson } from "./answers";
import { AskModel } from "./AskModel";
import { seen, usePreview } from "./store";

/** What a call of each kind gives, to be written over. */
const SAMPLES: Readonly<Record<string, JsonObject>> = {
  find: { found: { id: "", name: "" } },
  http: { status: 200, json: {} },
  ai_reply: { text: "" },
  ai_route: { intent: "" },
  ai_extract: { fields: {} },
};

/** Calls that are to no model. */
const ANSWERED_BY_HAND: ReadonlySet<string> = new Set(["find", "http"]);

/** What a call gives that calls a tool instead of answering, by the tool's name. */
function toolSamples(request: JsonObject): [string, JsonObject][] {
  const tools = Array.isArray(request.tools) ? request.tools.filter(isObject) : [];
  return tools.map((tool) => {
    const parameters = Array.isArray(tool.parameters) ? tool.parameters : [];
    const paths = parameters.map((parameter) => (Array.isArray(parameter) ? textOf(parameter[0]) : ""));
    return [textOf(tool.name), { tool: textOf(tool.name), arguments: Object.fromEntries(paths.map((path) => [path, ""])) }];
  });
}

/** Calls that the bot waits for: no other system is asked but a model, when its button is pressed, so what it would answer is given here. */
export function Calls() {
  const calls = usePreview((state) => seen(state)?.calls ?? NONE);
  // They are answered in their order, as a dialog test does it.
  const [first] = calls;
  return (
    <>
      <Always />
      {first && <CallForm key={first.entry} call={first} />}
    </>
  );
}

const NONE: readonly PendingCall[] = [];

function CallForm({ call }: { call: PendingCall }) {
  const text = useTexts();
  const reply = usePreview((state) => state.reply);
  const sample = usePreview((state) => state.samples.get(call.step ?? "")?.result);
  const steps = stepsOf(useDocument());
  const [written, write] = useState(() => JSON.stringify(sample ?? SAMPLES[call.kind] ?? { text: "" }, null, 2));
  const [always, setAlways] = useState(false);
  const isWhole = isJson(written);
  const tools = toolSamples(isObject(call.request) ? call.request : {});
  return (
    <form
      className="call"
      onSubmit={(event) => {
        event.preventDefault();
        if (isWhole) {
          reply(JSON.parse(written) as JsonObject, always);
        }
      }}
    >
      <h3>{text("call.title", { step: stepName(call.step ?? call.kind, steps.get(call.step ?? "")) })}</h3>
      <details>
        <summary>{text("call.request")}</summary>
        <pre>{JSON.stringify(call.request, null, 2)}</pre>
      </details>
      {tools.length > 0 && (
        <div className="dialog-actions">
          {tools.map(([name, sample]) => (
            <button key={name} type="button" className="button quiet" onClick={() => write(JSON.stringify(sample, null, 2))}>
              {text("call.tool", { tool: name })}
            </button>
          ))}
        </div>
      )}
      <label className="field">
        <span className="field-label">{text("call.result")}</span>
        <textarea className="input mono" rows={4} spellCheck={false} value={written} aria-invalid={!isWhole} onChange={(event) => write(event.target.value)} />
      </label>
      {!ANSWERED_BY_HAND.has(call.kind) && <AskModel take={(answer) => write(JSON.stringify(answer, null, 2))} />}
      <label className="tick-box">
        <input type="checkbox" checked={always} onChange={(event) => setAlways(event.target.checked)} />
        {text("call.always")}
      </label>
      <div className="dialog-actions">
        <button type="button" className="button" onClick={() => reply({ failed: "timeout" })}>
          {text("call.fail")}
        </button>
        <button className="button primary" disabled={!isWhole}>
          {text("call.answer")}
        </button>
      </div>
    </form>
  );
}

/** Steps whose calls are answered without being asked, with the way to be asked again. */
function Always() {
  const text = useTexts();
  const samples = usePreview((state) => state.samples);
  const forget = usePreview((state) => state.forget);
  const steps = stepsOf(useDocument());
  const always = [...samples].filter(([id, sample]) => sample.always && steps.has(id));
  if (always.length === 0) {
    return null;
  }
  return (
    <ul className="always" aria-label={text("call.always")}>
      {always.map(([id]) => {
        const name = stepName(id, steps.get(id));
        return (
          <li key={id}>
            <span>{text("call.answered", { step: name })}</span>
            <button type="button" className="button quiet" aria-label={text("call.ask_again_for", { step: name })} onClick={() => forget(id)}>
              {text("call.ask_again")}
            </button>
          </li>
        );
      })}
    </ul>
  );
}
