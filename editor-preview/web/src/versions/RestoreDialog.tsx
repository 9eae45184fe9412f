import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useLocation } from "wouter";

import { type BotSummary, saveDraft } from "../api/bots";
import { showVersion } from "../api/versions";
import { useTexts } from "../i18n/texts";
import { Dialog } from "../ui/Dialog";
import { useReason } from "../ui/Loaded";

/** Asks before the draft becomes what was published then. What is live stays, until the draft is published. */
export function RestoreDialog({ bot, number, onClose }: { bot: BotSummary; number: number; onClose: () => void }) {
  const text = useTexts();
  const reason = useReason();
  const queries = useQueryClient();
  const [, go] = useLocation();
  const restoring = useMutation({
    mutationFn: async () => saveDraft(bot.id, (await showVersion(bot.id, number)).document),
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: ["bots"] });
      go(`/bots/${encodeURIComponent(bot.id)}`);
    },
  });
  return (
    <Dialog title={text("restore.title", { number })} onClose={onClose}>
      <p>{text("restore.what")}</p>
      {bot.has_draft && <p className="warn-text">{text("restore.draft_goes")}</p>}
      {restoring.error && (
        <p className="error-text" role="alert">
          {reason(restoring.error)}
        </p>
      )}
      <div className="dialog-actions">
        <button type="button" className="button" onClick={onClose}>
          {text("dialog.cancel")}
        </button>
        <button type="button" className="button primary" disabled={restoring.isPending} onClick={() => restoring.mutate()} data-autofocus>
          {text("versions.restore")}
        </button>
      </div>
    </Dialog>
  );
}
