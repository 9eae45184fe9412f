import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";

import { ApiError } from "../../api/client";
import { type Diagnostic, type OpenSessions, publish, type PublishAnswer } from "../../api/bots";
import { useTexts } from "../../i18n/texts";
import { Dialog } from "../../ui/Dialog";
import { useReason } from "../../ui/Loaded";
import { Diff } from "../../versions/Diff";
import { stepsOf } from "../document";
import { countProblems } from "../problems/order";
import { useDocument, useEditor, useEditorStore } from "../store";
import { OpenSessionsChoice } from "./OpenSessionsChoice";
import { ProblemsToSee } from "./ProblemsToSee";
import "./publish.css";

/** Asks before a draft becomes what customers talk to: what is new in it, what is wrong with it, and what conversations under way do. */
export function PublishDialog() {
  const text = useTexts();
  const store = useEditorStore();
  const queries = useQueryClient();
  const document = useDocument();
  const { id, ask, diagnose, setLive } = store.getState();
  const diagnostics = useEditor((state) => state.diagnostics);
  // What is new stays in sight when it is live.
  const [live] = useState(store.getState().live);
  const [note, setNote] = useState("");
  const [sessions, choose] = useState<OpenSessions>("stay");
  const [hasSeen, see] = useState(false);
  const { errors, warnings } = countProblems(diagnostics);

  const takeProblems = (error: Error) => {
    if (error instanceof ApiError && error.problem.diagnostics) {
      diagnose(error.problem.diagnostics as unknown as Diagnostic[]);
    }
  };
  const rehearsal = useQuery({
    queryKey: ["publishing", id, document],
    queryFn: () => publish(id, { document, sessions: "move", dry_run: true }),
    enabled: live !== null && errors === 0,
    gcTime: 0,
    retry: false,
  });
  const publishing = useMutation({
    mutationFn: () => publish(id, { document, sessions, ...(note.trim() ? { note: note.trim() } : {}) }),
    onSuccess: async ({ number }) => {
      setLive({ document, number });
      await Promise.all([["bots"], ["versions", id], ["sessions"]].map((queryKey) => queries.invalidateQueries({ queryKey })));
    },
    onError: takeProblems,
  });

  const close = () => ask(null);
  if (publishing.data) {
    return <Published answer={publishing.data} sessions={sessions} onClose={close} />;
  }
  const isReady = errors === 0 && (warnings === 0 || hasSeen) && !publishing.isPending;
  const send = (event: FormEvent) => {
    event.preventDefault();
    if (isReady) {
      publishing.mutate();
    }
  };
  return (
    <Dialog title={text("publish.title")} onClose={close} isWide>
      <form className="dialog-body" onSubmit={send}>
        {live ? (
          <div className="publish-diff" tabIndex={0} role="group" aria-label={text("diff.label")}>
            <Diff before={live.document} after={document} />
          </div>
        ) : (
          <p>{text("publish.first", { count: stepsOf(document).size })}</p>
        )}
        <ProblemsToSee hasSeen={hasSeen} onSee={see} />
        {live && errors === 0 && <OpenSessionsChoice query={rehearsal} chosen={sessions} onChoose={choose} />}
        <label className="field">
          <span className="field-label">{text("publish.note")}</span>
          <input className="input" value={note} onChange={(event) => setNote(event.target.value)} />
        </label>
        <Failure error={publishing.error} />
        <div className="dialog-actions">
          <button type="button" className="button" onClick={close}>
            {text("dialog.cancel")}
          </button>
          <button className="button primary" disabled={!isReady}>
            {text("editor.publish")}
          </button>
        </div>
      </form>
    </Dialog>
  );
}

/** Why it could not be published; errors of the bot itself are told apart. */
function Failure({ error }: { error: Error | null }) {
  const reason = useReason();
  if (!error || (error instanceof ApiError && error.problem.diagnostics)) {
    return null;
  }
  return (
    <p className="error-text" role="alert">
      {reason(error)}
    </p>
  );
}

function Published({ answer, sessions, onClose }: { answer: PublishAnswer; sessions: OpenSessions; onClose: () => void }) {
  const text = useTexts();
  const { number, file } = answer;
  const { open, move } = answer.sessions;
  return (
    <Dialog title={text("publish.title")} onClose={onClose}>
      <div role="status" className="dialog-body">
        <p>{text(file ? "publish.done_file" : "publish.done", { version: number, file })}</p>
        {open > 0 && <p>{text(`publish.done_${sessions}`, { count: sessions === "move" ? move : open })}</p>}
      </div>
      <div className="dialog-actions">
        <button type="button" className="button primary" onClick={onClose} data-autofocus>
          {text("dialog.close")}
        </button>
      </div>
    </Dialog>
  );
}
