import { useMutation, useQueryClient } from "@tanstack/react-query";
import { FileJson, Plus } from "lucide-react";
import { useRef, useState } from "react";
import { useLocation } from "wouter";

import { type BotSummary, saveDraft } from "../api/bots";
import { blankBot } from "../editor/blanks";
import type { JsonObject } from "../editor/json";
import { useTexts } from "../i18n/texts";
import { Dialog } from "../ui/Dialog";
import { freeId } from "./ids";
import { readBotFile } from "./readBotFile";

/** The ways to a new bot: blank, or from a file of JSON. */
export function NewBot({ bots }: { bots: readonly BotSummary[] }) {
  const text = useTexts();
  const [isNaming, setNaming] = useState(false);
  const file = useRef<HTMLInputElement>(null);
  const create = useCreate();
  const [fault, setFault] = useState<string | null>(null);

  const importFile = async (chosen: File) => {
    const { document, fault: reason } = readBotFile(await chosen.text());
    setFault(reason ?? null);
    if (document) {
      create.mutate({ id: freeId(chosen.name.replace(/\.json$/i, ""), bots), document });
    }
  };

  return (
    <>
      <div className="actions">
        <button type="button" className="button" onClick={() => file.current?.click()}>
          <FileJson size={16} aria-hidden />
          {text("bots.import")}
        </button>
        <button type="button" className="button primary" onClick={() => setNaming(true)}>
          <Plus size={16} aria-hidden />
          {text("bots.blank")}
        </button>
        <input
          ref={file}
          type="file"
          accept=".json,application/json"
          hidden
          onChange={(event) => {
            const [chosen] = event.target.files ?? [];
            event.target.value = "";
            if (chosen) {
              void importFile(chosen);
            }
          }}
        />
      </div>
      {(fault ?? create.error?.message) && (
        <p className="error-text" role="alert">
          {text("bots.not_made", { reason: fault ?? create.error?.message })}
        </p>
      )}
      {isNaming && <NameDialog onClose={() => setNaming(false)} onName={(name) => create.mutate({ id: freeId(name, bots), document: blankBot(name, text) })} />}
    </>
  );
}

function NameDialog({ onClose, onName }: { onClose: () => void; onName: (name: string) => void }) {
  const text = useTexts();
  const [name, setName] = useState("");
  return (
    <Dialog title={text("bots.blank_title")} onClose={onClose}>
      <form
        className="dialog-body"
        onSubmit={(event) => {
          event.preventDefault();
          onName(name.trim());
        }}
      >
        <label className="field">
          <span className="field-label">{text("editor.name")}</span>
          <input className="input" value={name} onChange={(event) => setName(event.target.value)} required data-autofocus />
        </label>
        <div className="dialog-actions">
          <button type="button" className="button" onClick={onClose}>
            {text("dialog.cancel")}
          </button>
          <button className="button primary" disabled={name.trim() === ""}>
            {text("bots.create")}
          </button>
        </div>
      </form>
    </Dialog>
  );
}

/** Saves a first draft, and opens it. */
function useCreate() {
  const queries = useQueryClient();
  const [, go] = useLocation();
  return useMutation({
    mutationFn: ({ id, document }: { id: string; document: JsonObject }) => saveDraft(id, document),
    onSuccess: async (_, { id }) => {
      await queries.invalidateQueries({ queryKey: ["bots"] });
      go(`/bots/${id}`);
    },
  });
}
