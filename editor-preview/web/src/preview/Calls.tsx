import { useState } from "react";

import type { PendingCall } from "../api/previews";
import { useTexts } from "../i18n/texts";
import { stepName, stepsOf } from "../editor/document";
import { isObject, type JsonObject } from "../editor/json";
import { useDocument } from "../editor/store";
import { usePreview } from "./store";

/** What a call of each kind gives, to be written over. */
const SAMPLES: Readonly<Record<string, JsonObject>> = {
  http: { status: 200, json: {} },
  ai_reply: { text: "" },
  ai_route: { intent: "" },
  ai_extract: { fields: {} },
};

/** Calls that the bot waits for: no other system is asked, so what it would answer is given here. */
export function Calls() {
  const calls = usePreview((state) => state.answer?.calls ?? NONE);
  // They are answered in their order, as a dialog test does it.
  const [first] = calls;
  return first ? <CallForm key={first.entry} call={first} /> : null;
}

const NONE: readonly PendingCall[] = [];

function CallForm({ call }: { call: PendingCall }) {
  const text = useTexts();
  const reply = usePreview((state) => state.reply);
  const steps = stepsOf(useDocument());
  const [written, write] = useState(() => JSON.stringify(SAMPLES[call.kind] ?? { text: "" }, null, 2));
  const result = read(written);
  return (
    <form
      className="call"
      onSubmit={(event) => {
        event.preventDefault();
        if (result) {
          reply(result);
        }
      }}
    >
      <h3>{text("call.title", { step: stepName(call.step ?? call.kind, steps.get(call.step ?? "")) })}</h3>
      <details>
        <summary>{text("call.request")}</summary>
        <pre>{JSON.stringify(call.request, null, 2)}</pre>
      </details>
      <label className="field">
        <span className="field-label">{text("call.result")}</span>
        <textarea className="input mono" rows={4} spellCheck={false} value={written} aria-invalid={!result} onChange={(event) => write(event.target.value)} />
      </label>
      <div className="dialog-actions">
        <button type="button" className="button" onClick={() => reply({ failed: "timeout" })}>
          {text("call.fail")}
        </button>
        <button className="button primary" disabled={!result}>
          {text("call.answer")}
        </button>
      </div>
    </form>
  );
}

function read(source: string): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(source);
    return isObject(value as JsonObject) ? (value as JsonObject) : undefined;
  } catch {
    return undefined;
  }
}
