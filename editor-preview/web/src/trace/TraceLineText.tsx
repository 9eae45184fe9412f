import { useMemo } from "react";

import type { TraceLine } from "../api/previews";
import { stepName, stepsOf } from "../editor/document";
import { useDocument } from "../editor/store";
import { usePhrases, useTexts } from "../i18n/texts";
import { sentenceOf, type Words } from "./sentences";
import "./trace.css";

/** What one line of a trace says. */
export function TraceLineText({ line }: { line: TraceLine }) {
  const { said, more } = sentenceOf(line, useWords());
  return (
    <span className={line.what === "failed" ? "trace-said error-text" : "trace-said"}>
      <span>{said}</span>
      {more !== "" && <span className="muted">{more}</span>}
    </span>
  );
}

/** The words of the language in use, and of the document that is open. */
export function useWords(): Words {
  const text = useTexts();
  const phrases = usePhrases();
  const steps = stepsOf(useDocument());
  return useMemo(() => ({ text, phrases, stepName: (id) => stepName(id, steps.get(id)) }), [text, phrases, steps]);
}
