import { useQuery } from "@tanstack/react-query";
import { CircleCheck, CircleX, Download, Play, Trash2 } from "lucide-react";
import { useId, useRef, useState } from "react";

import { type Dialog as DialogTest, dialogTests, runTests } from "../api/tests";
import { usePhrases, useTexts } from "../i18n/texts";
import { useDocument, useEditor } from "../editor/store";
import { useKeptFocus } from "../editor/useKeptFocus";
import { Dialog } from "../ui/Dialog";
import { useReason } from "../ui/Loaded";
import { download } from "../ui/download";
import { DeleteTestDialog } from "./DeleteTestDialog";
import { usePreviewStore } from "./store";
import { asFile, linesOf, readFile } from "./testing";

/** The bot's dialog tests, held against the draft. One that failed opens in the preview where it went wrong. */
export function TestsDialog({ onClose }: { onClose: () => void }) {
  const text = useTexts();
  const phrases = usePhrases();
  const reason = useReason();
  const preview = usePreviewStore();
  const bot = useEditor((state) => state.id);
  const document = useDocument();
  const [chosen, choose] = useState<readonly DialogTest[] | null>(null);
  const [isUnreadable, setUnreadable] = useState(false);
  const [deleting, askToDelete] = useState<string | null>(null);
  const list = useRef<HTMLUListElement>(null);
  const close = useRef<HTMLButtonElement>(null);
  const id = useId();
  useKeptFocus(list, () => list.current?.querySelector("button") ?? close.current);
  const kept = useQuery({ queryKey: ["tests", bot], queryFn: () => dialogTests(bot), retry: false });
  const dialogs = chosen ?? kept.data?.dialogs ?? [];
  const run = useQuery({ queryKey: ["test run", bot, document, dialogs], queryFn: () => runTests(bot, document, dialogs), enabled: dialogs.length > 0, retry: false, gcTime: 0 });
  const results = run.data?.results ?? [];
  const failed = results.filter(({ passed }) => !passed).length;
  const problem = kept.error ?? run.error;
  const pick = async (file: File | undefined) => {
    const read = file ? readFile(await file.text()) : null;
    setUnreadable(read === null);
    choose(read);
  };
  const open = (dialog: DialogTest, index: number) => {
    const failure = results[index]?.failure;
    onClose();
    preview.getState().play({ name: dialog.name, message: failure?.message ?? null, lines: linesOf(dialog, failure), contact: dialog.contact ?? {}, at: dialog.at ?? null });
  };
  return (
    <>
      <Dialog title={text("test.title")} onClose={onClose}>
        <div
          className="ask"
          onDragOver={(event) => event.preventDefault()}
          onDrop={(event) => {
            event.preventDefault();
            void pick(event.dataTransfer.files[0]);
          }}
        >
          <label className="field" htmlFor={id}>
            <span className="field-label">{text("test.file")}</span>
            <input id={id} type="file" accept=".json,application/json" onChange={(event) => void pick(event.target.files?.[0])} />
          </label>
          {isUnreadable && (
            <p className="error-text" role="alert">
              {text("test.unreadable")}
            </p>
          )}
          {(problem || kept.data?.problem) && (
            <p className="error-text" role="alert">
              {problem ? reason(problem) : `${kept.data?.file ?? ""}: ${phrases(kept.data?.problem ?? "")}`}
            </p>
          )}
          <p role="status">
            {dialogs.length === 0 && kept.isSuccess && text("test.none")}
            {run.data && results.length > 0 && text("test.summary", { passed: results.length - failed, failed })}
            {run.data && results.length === 0 && text("preview.errors")}
            {run.isFetching && text("test.running")}
          </p>
          <ul className="tests" ref={list}>
            {dialogs.map((dialog, index) => {
              const result = results[index];
              return (
                <li key={`${index} ${dialog.name}`} className="test">
                  {result && <TestMark passed={result.passed} />}
                  <span className="test-name">
                    {dialog.name}
                    {result?.failure && <span className="muted">{text("preview.line", { line: result.failure.line + 1, reason: phrases(result.failure.message) })}</span>}
                  </span>
                  <button type="button" className="button" aria-label={text("test.open_named", { name: dialog.name })} onClick={() => open(dialog, index)}>
                    <Play size={14} aria-hidden />
                    {text("test.open")}
                  </button>
                  {chosen === null && (
                    <button type="button" className="button quiet icon" aria-label={text("test.delete_named", { name: dialog.name })} title={text("test.delete")} onClick={() => askToDelete(dialog.name)}>
                      <Trash2 size={16} aria-hidden />
                    </button>
                  )}
                </li>
              );
            })}
          </ul>
          <div className="dialog-actions">
            {chosen === null && (
              <button type="button" className="button" onClick={() => download(`${bot}.test.json`, asFile(dialogs))} disabled={dialogs.length === 0}>
                <Download size={16} aria-hidden />
                {text("test.download")}
              </button>
            )}
            <button type="button" className="button" onClick={() => void run.refetch()} disabled={dialogs.length === 0}>
              {text("test.again")}
            </button>
            <button type="button" className="button primary" ref={close} onClick={onClose}>
              {text("dialog.close")}
            </button>
          </div>
        </div>
      </Dialog>
      {deleting !== null && <DeleteTestDialog bot={bot} name={deleting} onClose={() => askToDelete(null)} />}
    </>
  );
}

function TestMark({ passed }: { passed: boolean }) {
  const text = useTexts();
  const [Icon, said] = passed ? [CircleCheck, text("test.passed")] : [CircleX, text("test.failed")];
  return (
    <span className={passed ? "test-passed" : "error-text"} title={said}>
      <Icon size={18} aria-hidden />
      <span className="hidden">{said}</span>
    </span>
  );
}
