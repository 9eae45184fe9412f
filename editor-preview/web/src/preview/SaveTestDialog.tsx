import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Copy, Download } from "lucide-react";
import { type FormEvent, useState } from "react";

import { dialogTests, keepTest } from "../api/tests";
import { useLanguage, useTexts } from "../i18n/texts";
import { useEditor } from "../editor/store";
import { Dialog } from "../ui/Dialog";
import { useReason } from "../ui/Loaded";
import { download } from "../ui/download";
import { usePreview, usePreviewStore } from "./store";
import { asDialog, asFile } from "./testing";

/** Keeps the conversation as a dialog test: with the bot, as a file of one's own, as text. */
export function SaveTestDialog({ onClose }: { onClose: () => void }) {
  const text = useTexts();
  const reason = useReason();
  const [language] = useLanguage();
  const preview = usePreviewStore();
  const queries = useQueryClient();
  const bot = useEditor((state) => state.id);
  const opened = usePreview((state) => state.test?.name);
  const { at, contact, answer } = preview.getState();
  const [name, write] = useState(() => opened ?? new Intl.DateTimeFormat(language, { dateStyle: "medium", timeStyle: "short" }).format(new Date(at)));
  const [done, tell] = useState<string | null>(null);
  const [failure, fail] = useState<Error | null>(null);
  const { data } = useQuery({ queryKey: ["tests", bot], queryFn: () => dialogTests(bot), retry: false });
  if (!answer) {
    return null;
  }
  const dialog = asDialog(name.trim(), at, contact, answer);
  const hasName = name.trim() !== "";
  const isKnown = data?.dialogs.some((known) => known.name === dialog.name);
  const keep = async (event: FormEvent) => {
    event.preventDefault();
    if (!hasName) {
      return;
    }
    try {
      const { file } = await keepTest(bot, dialog);
      await queries.invalidateQueries({ queryKey: ["tests", bot] });
      fail(null);
      tell(file ? text("test.kept", { file }) : text("test.kept_with_bot"));
    } catch (error) {
      fail(error instanceof Error ? error : new Error(String(error)));
    }
  };
  return (
    <Dialog title={text("preview.save")} onClose={onClose}>
      <form className="ask" onSubmit={(event) => void keep(event)}>
        <label className="field">
          <span className="field-label">{text("test.name")}</span>
          <input className="input" data-autofocus value={name} onChange={(event) => write(event.target.value)} autoComplete="off" />
        </label>
        {data && <p className="muted">{isKnown ? text("test.replaces") : data.file ? text("test.beside", { file: data.file }) : text("test.with_bot")}</p>}
        {done && <p role="status">{done}</p>}
        {failure && (
          <p className="error-text" role="alert">
            {text("test.not_kept", { reason: reason(failure) })}
          </p>
        )}
        <div className="dialog-actions">
          <button type="button" className="button" disabled={!hasName} onClick={() => void navigator.clipboard.writeText(JSON.stringify(dialog, null, 2)).then(() => tell(text("test.copied")))}>
            <Copy size={16} aria-hidden />
            {text("test.copy")}
          </button>
          <button type="button" className="button" disabled={!hasName} onClick={() => download(`${bot}.test.json`, asFile([dialog]))}>
            <Download size={16} aria-hidden />
            {text("test.download")}
          </button>
          <button className="button primary" disabled={!hasName}>
            {text("test.keep")}
          </button>
        </div>
      </form>
    </Dialog>
  );
}
