import type { TraceLine } from "../api/previews";
import { usePhrases, useTexts } from "../i18n/texts";
import { askedOf } from "./sentences";
import "./trace.css";

/** What a model was asked and what it answered, each folded. */
export function AskedParts({ line }: { line: TraceLine }) {
  const text = useTexts();
  const phrases = usePhrases();
  if (line.what !== "asked") {
    return null;
  }
  const { prompt, passages, answer, note } = askedOf(line);
  const asked = prompt.map(({ role, text: said }) => ({ of: ROLES.has(role) ? text(`trace.role_${role}`) : role, said }));
  const found = passages.map(({ source, title, text: said, score }) => ({ of: `${title || source} (${score.toFixed(2)})`, said }));
  return (
    <div className="trace-asked">
      <Part title={text("trace.prompt")} said={asked} />
      <Part title={text("trace.passages")} said={found} />
      {note !== undefined && <p className="muted">{phrases(note)}</p>}
      <Part title={text("trace.answer")} said={answer === "" ? [] : [{ of: "", said: answer }]} />
    </div>
  );
}

/** Whose words a message of a prompt holds. */
const ROLES: ReadonlySet<string> = new Set(["system", "user", "assistant", "tool"]);

function Part({ title, said }: { title: string; said: { of: string; said: string }[] }) {
  if (said.length === 0) {
    return null;
  }
  return (
    <details className="fold">
      <summary>{title}</summary>
      {said.map(({ of, said: words }, place) => (
        <div key={place}>
          {of !== "" && <p className="muted">{of}</p>}
          <pre>{words}</pre>
        </div>
      ))}
    </details>
  );
}
