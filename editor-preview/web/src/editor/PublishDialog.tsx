import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";

import { ApiError } from "../api/client";
import { type Diagnostic, publish } from "../api/bots";
import { useTexts } from "../i18n/texts";
import { Dialog } from "../ui/Dialog";
import { countProblems } from "./problems/order";
import { useDocument, useEditor, useEditorStore } from "./store";

/** Asks before a draft becomes what customers talk to. Errors forbid it. */
export function PublishDialog() {
  const text = useTexts();
  const store = useEditorStore();
  const queries = useQueryClient();
  const document = useDocument();
  const { id, ask, diagnose, setLive } = store.getState();
  const { errors, warnings } = countProblems(useEditor((state) => state.diagnostics));
  const [note, setNote] = useState("");
  const publishing = useMutation({
    mutationFn: () => publish(id, document, note.trim()),
    onSuccess: async () => {
      setLive(document);
      await queries.invalidateQueries({ queryKey: ["bots"] });
    },
    onError: (error) => {
      if (error instanceof ApiError && error.problem.diagnostics) {
        diagnose(error.problem.diagnostics as unknown as Diagnostic[]);
      }
    },
  });
  const close = () => ask(null);
  return (
    <Dialog title={text("publish.title")} onClose={close}>
      {publishing.data ? (
        <>
          <p role="status">{text(publishing.data.file ? "publish.done_file" : "publish.done", { version: publishing.data.version, file: publishing.data.file })}</p>
          <div className="dialog-actions">
            <button type="button" className="button primary" onClick={close} data-autofocus>
              {text("dialog.close")}
            </button>
          </div>
        </>
      ) : (
        <>
          <p>{text("publish.sessions")}</p>
          {errors > 0 && (
            <p className="error-text" role="alert">
              {text("publish.errors", { count: errors })}
            </p>
          )}
          {warnings > 0 && <p className="warn-text">{text("publish.warnings", { count: warnings })}</p>}
          {publishing.error && (
            <p className="error-text" role="alert">
              {publishing.error.message}
            </p>
          )}
          <label className="field">
            <span className="field-label">{text("publish.note")}</span>
            <input className="input" value={note} onChange={(event) => setNote(event.target.value)} />
          </label>
          <div className="dialog-actions">
            <button type="button" className="button" onClick={close}>
              {text("dialog.cancel")}
            </button>
            <button type="button" className="button primary" disabled={errors > 0 || publishing.isPending} onClick={() => publishing.mutate()}>
              {text("editor.publish")}
            </button>
          </div>
        </>
      )}
    </Dialog>
  );
}
