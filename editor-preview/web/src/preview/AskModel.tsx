import { Sparkles } from "lucide-react";
import { useEffect, useRef, useState } from "react";

import type { ModelAnswer } from "../api/previews";
import type { JsonObject } from "../editor/json";
import { useTexts } from "../i18n/texts";
import { useReason } from "../ui/Loaded";
import { usePreview } from "./store";

/** Lets the model answer what the bot waits for. Its answer is taken to be looked at first, and can be written over. */
export function AskModel({ take }: { take: (answer: JsonObject) => void }) {
  const text = useTexts();
  const reason = useReason();
  const ask = usePreview((state) => state.ask);
  const [isAsking, setAsking] = useState(false);
  const [told, tell] = useState<ModelAnswer | Error | null>(null);
  const asking = useRef<AbortController>(null);
  // An answer that nobody waits for is not worth its price.
  useEffect(() => () => asking.current?.abort(), []);
  const answer = async () => {
    const { signal } = (asking.current = new AbortController());
    setAsking(true);
    tell(null);
    try {
      const answer = await ask(signal);
      if (!signal.aborted) {
        take(answer.reply);
        tell(answer);
      }
    } catch (error) {
      if (!signal.aborted) {
        tell(error instanceof Error ? error : new Error(String(error)));
      }
    } finally {
      setAsking(false);
    }
  };
  return (
    <div className="ask-model">
      <button type="button" className="button" disabled={isAsking} onClick={() => void answer()}>
        <Sparkles size={16} aria-hidden />
        {text(isAsking ? "call.asking_model" : "call.ask_model")}
      </button>
      {told instanceof Error && (
        <p className="error-text" role="alert">
          {reason(told)}
        </p>
      )}
      {told && !(told instanceof Error) && (
        <p className="muted" role="status">
          {[text("call.tokens", { ...told.tokens }), told.cost].filter(Boolean).join(" · ")}
        </p>
      )}
    </div>
  );
}
