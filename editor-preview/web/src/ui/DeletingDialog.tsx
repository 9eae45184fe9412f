import { type QueryKey, useMutation, useQueryClient } from "@tanstack/react-query";
import type { ReactNode } from "react";

import { useTexts } from "../i18n/texts";
import { Dialog } from "./Dialog";
import { useReason } from "./Loaded";

interface DeletingDialogProperties {
  title: string;
  /** The word on the button that does it. */
  command: string;
  run: () => Promise<unknown>;
  /** What is read again once it is gone. */
  stale: QueryKey;
  onClose: () => void;
  /** What will be gone, and what stays. */
  children: ReactNode;
}

/** Asks before something is gone for good. */
export function DeletingDialog({ title, command, run, stale, onClose, children }: DeletingDialogProperties) {
  const text = useTexts();
  const reason = useReason();
  const queries = useQueryClient();
  const deleting = useMutation({
    mutationFn: run,
    onSuccess: async () => {
      onClose();
      await queries.invalidateQueries({ queryKey: stale });
    },
  });
  return (
    <Dialog title={title} onClose={onClose}>
      <p>{children}</p>
      {deleting.error && (
        <p className="error-text" role="alert">
          {reason(deleting.error)}
        </p>
      )}
      <div className="dialog-actions">
        <button type="button" className="button" onClick={onClose} data-autofocus>
          {text("dialog.cancel")}
        </button>
        <button type="button" className="button danger" disabled={deleting.isPending} onClick={() => deleting.mutate()}>
          {command}
        </button>
      </div>
    </Dialog>
  );
}
