import { CircleMinus, CirclePlus, Pencil, Settings2 } from "lucide-react";
import { type ReactNode, useMemo } from "react";

import { kindOf, stepName, stepsOf } from "../editor/document";
import { type Json, type JsonObject, type Path, pathId } from "../editor/json";
import { kindText } from "../editor/kinds";
import { type Outcome, outcomesOf } from "../editor/outcomes";
import { readable } from "../editor/readable";
import { useLabel } from "../editor/useLabel";
import { useTexts } from "../i18n/texts";
import { type Change, diffDocuments, type DocumentDiff, isUnchanged, type StepChange } from "./diff";
import "./diff.css";
import { wordDiff } from "./words";

/** What differs between two documents of a bot, step by step. */
export function Diff({ before, after }: { before: JsonObject; after: JsonObject }) {
  const text = useTexts();
  const diff = useMemo(() => diffDocuments(before, after), [before, after]);
  const names = useMemo(() => namesOf(before, after), [before, after]);
  return (
    <section className="diff" aria-label={text("diff.label")}>
      <p className="diff-counts">{countsOf(diff).map(({ id, count }) => text(`diff.count_${id}`, { count })).join(" · ") || text("diff.none")}</p>
      {!isUnchanged(diff) && (
        <ul className="diff-list">
          {diff.bot.length > 0 && (
            <li>
              <details>
                <summary>
                  <Settings2 size={16} aria-hidden className="diff-changed" />
                  <strong>{text("diff.bot")}</strong>
                </summary>
                <Changes changes={diff.bot} names={names} />
              </details>
            </li>
          )}
          {diff.steps.map((change) => (
            <li key={change.id}>
              <StepEntry change={change} names={names} />
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

/** The names of steps by id, those of the newer document first. */
type Names = ReadonlyMap<string, string>;

function namesOf(before: JsonObject, after: JsonObject): Names {
  return new Map([...stepsOf(before), ...stepsOf(after)].map(([id, step]) => [id, stepName(id, step)]));
}

function countsOf({ steps, bot, moved }: DocumentDiff): { id: string; count: number }[] {
  const counts = [
    { id: "added", count: steps.filter(({ before }) => !before).length },
    { id: "removed", count: steps.filter(({ after }) => !after).length },
    { id: "changed", count: steps.filter(({ before, after }) => before && after).length },
    { id: "keys", count: bot.length },
    { id: "moved", count: moved },
  ];
  return counts.filter(({ count }) => count > 0);
}

/** How each fate of a step is shown: always with a sign and a word, too. */
const FATES = { added: CirclePlus, removed: CircleMinus, changed: Pencil } as const;

function StepEntry({ change, names }: { change: StepChange; names: Names }) {
  const text = useTexts();
  const { id, before, after, changes } = change;
  const fate = !before ? "added" : !after ? "removed" : "changed";
  const Icon = FATES[fate];
  const kind = kindOf(after ?? before ?? {});
  const shown = fate === "changed" ? changes : wholeOf(before, after);
  return (
    <details>
      <summary>
        <Icon size={16} aria-hidden className={`diff-${fate}`} />
        <span className={`diff-fate diff-${fate}`}>{text(`diff.${fate}`)}</span>
        <strong>{names.get(id)}</strong>
        <span className="muted">{text(kindText(kind), { kind })}</span>
      </summary>
      <Changes changes={shown} names={names} step={after ?? before} />
    </details>
  );
}

/** A step that came or went as a whole: each of its keys did. */
function wholeOf(before: JsonObject | undefined, after: JsonObject | undefined): readonly Change[] {
  const keys = Object.keys(after ?? before ?? {}).filter((key) => key !== "type" && key !== "label");
  return keys.map((key) => ({ path: [key], before: before?.[key], after: after?.[key] }));
}

function Changes({ changes, names, step }: { changes: readonly Change[]; names: Names; step?: JsonObject | undefined }) {
  const label = useLabel();
  const outcomes = step ? outcomesOf(step) : [];
  return (
    <dl className="diff-changes">
      {changes.map((change) => {
        const way = outcomes.find(({ path }) => pathId(path) === pathId(change.path));
        return (
          <div key={pathId(change.path)}>
            <dt>{way ? label(way.label) : <code>{keyOf(change.path)}</code>}</dt>
            <dd>
              <Values change={change} way={way} names={names} />
            </dd>
          </div>
        );
      })}
    </dl>
  );
}

/** A path as the checker writes it: `buttons[0].title`. */
function keyOf(path: Path): string {
  return path.map((key, index) => (typeof key === "number" ? `[${key}]` : index === 0 ? key : `.${key}`)).join("");
}

function Values({ change, way, names }: { change: Change; way: Outcome | undefined; names: Names }) {
  const { before, after } = change;
  if (typeof before === "string" && typeof after === "string" && !way) {
    return (
      <p className="diff-text">
        {wordDiff(before, after).map(({ what, text: words }, index) =>
          what === "same" ? <span key={index}>{words}</span> : what === "removed" ? <Old key={index}>{words}</Old> : <New key={index}>{words}</New>,
        )}
      </p>
    );
  }
  const shown = (value: Json) => (way && typeof value === "string" ? (names.get(value) ?? value) : readable(value));
  return (
    <>
      {before !== undefined && (
        <Old>
          <span className="diff-text">{shown(before)}</span>
        </Old>
      )}
      {before !== undefined && after !== undefined && <span aria-hidden> → </span>}
      {after !== undefined && (
        <New>
          <span className="diff-text">{shown(after)}</span>
        </New>
      )}
    </>
  );
}

/** What went; said in words, too, for those who don't see the line through it. */
function Old({ children }: { children: ReactNode }) {
  const text = useTexts();
  return (
    <del>
      <span className="hidden">{text("diff.was")} </span>
      {children}
    </del>
  );
}

/** What came. */
function New({ children }: { children: ReactNode }) {
  const text = useTexts();
  return (
    <ins>
      <span className="hidden">{text("diff.is")} </span>
      {children}
    </ins>
  );
}
