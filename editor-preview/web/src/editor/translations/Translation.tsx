import { useId } from "react";

import { useTexts } from "../../i18n/texts";
import { stepName, stepsOf } from "../document";
import { keyOf } from "../problems/order";
import { placeOfPath } from "../problems/place";
import { ProblemText } from "../problems/ProblemText";
import { useDocument, useEditor, useEditorStore } from "../store";
import { translate, translationOf } from "./languages";
import type { SourceText } from "./texts";

/** One text beside its translation. Synonyms stand one a line. */
export function Translation({ source, language, own }: { source: SourceText; language: string; own: string }) {
  const text = useTexts();
  const store = useEditorStore();
  const document = useDocument();
  const id = useId();
  const { step, key, shortKey, value } = source;
  const places = [key, shortKey].flatMap((one) => (one === undefined ? [] : [placeOfPath(["translations", language, one])]));
  const problems = useEditor((state) => state.diagnostics).filter(({ path }) => places.some((place) => path === place || path.startsWith(`${place}[`)));
  const translation = translationOf(document, language, source);
  const isList = typeof value !== "string";
  const written = linesOf(translation);
  const name = stepName(step, stepsOf(document).get(step));
  const change = (to: string) => store.getState().edit(translate(language, source, isList && to !== "" ? to.split("\n") : to), `translation ${language} ${key}`);
  const leave = () => {
    // An empty line is no synonym.
    if (Array.isArray(translation) && translation.includes("")) {
      store.getState().edit(translate(language, source, translation.filter((one): one is string => typeof one === "string" && one !== "")), `translation ${language} ${key}`);
    }
    store.getState().endGesture();
  };
  return (
    <li className="translation">
      <div className="translation-name">
        <strong>{name}</strong> <code className="muted">{key.slice(step.length + 1)}</code>
        {source.counts && translation === undefined && <span className="pill warn">{text("translations.missing")}</span>}
      </div>
      <div className="translation-source" lang={own} id={`${id}-source`}>
        {linesOf(value as string | string[])}
      </div>
      <div>
        <textarea
          className="input"
          lang={language}
          rows={Math.min(6, Math.max(1, Math.ceil(linesOf(value as string | string[]).length / 52)))}
          value={written}
          aria-label={text("translations.of", { step: name, key: key.slice(step.length + 1) })}
          aria-describedby={`${id}-source ${id}-problems`}
          aria-invalid={problems.some(({ severity }) => severity === "error")}
          onChange={(event) => change(event.target.value)}
          onBlur={leave}
        />
        <div id={`${id}-problems`}>
          {problems.map((problem) => (
            <p key={keyOf(problem)} className={problem.severity === "error" ? "error-text" : "warn-text"}>
              <ProblemText problem={problem} />
            </p>
          ))}
        </div>
      </div>
    </li>
  );
}

function linesOf(value: unknown): string {
  return Array.isArray(value) ? value.join("\n") : typeof value === "string" ? value : "";
}
