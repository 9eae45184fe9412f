import { WandSparkles } from "lucide-react";

import type { Diagnostic } from "../../api/bots";
import { usePhrases, useTexts } from "../../i18n/texts";
import type { JsonObject } from "../json";
import { useDocument, useEditorStore } from "../store";
import { fixesOf } from "./fixes";

/** What is wrong, and what would be right. */
export function ProblemText({ problem }: { problem: Diagnostic }) {
  const text = useTexts();
  const phrases = usePhrases();
  const { message, help, nearest, expected } = problem;
  const advice: string[] = [];
  if (nearest) {
    advice.push(text("problems.nearest", { name: nearest }));
  } else if (expected) {
    advice.push(text("problems.expected", { what: phrases(expected) }));
  }
  if (help) {
    advice.push(phrases(help));
  }
  return (
    <>
      <Words of={phrases(message)} />
      {advice.map((part) => (
        <span key={part} className="muted">
          {" "}
          <Words of={part} />
        </span>
      ))}
    </>
  );
}

/** Words of the checker as a sentence; what it sets between backticks is code. */
export function Words({ of }: { of: string }) {
  const said = sentence(of.charAt(0).toUpperCase() + of.slice(1));
  const parts = said.split("`");
  // A backtick without its pair is a part of the bot's own text.
  return parts.length % 2 === 0 ? said : parts.map((part, index) => (index % 2 === 0 ? part : <code key={index}>{part}</code>));
}

/** What is said before something else is. */
export function sentence(message: string): string {
  return /[.!?]$/.test(message) ? message : `${message}.`;
}

/** What can be done at once about a problem of the document as it is now. */
export function ProblemFixes({ problem }: { problem: Diagnostic }) {
  return <Fixes problem={problem} document={useDocument()} />;
}

/** What can be done about a problem at once. */
export function Fixes({ problem, document }: { problem: Diagnostic; document: JsonObject }) {
  const text = useTexts();
  const store = useEditorStore();
  const fixes = fixesOf(problem, document, text);
  if (fixes.length === 0) {
    return null;
  }
  return (
    <span className="problem-fixes" role="group" aria-label={text("fix.label")}>
      {fixes.map(({ text: id, values, apply }) => (
        <button key={id} type="button" className="button fix" onClick={() => apply(store.getState())}>
          <WandSparkles size={14} aria-hidden />
          {text(id, values)}
        </button>
      ))}
    </span>
  );
}
