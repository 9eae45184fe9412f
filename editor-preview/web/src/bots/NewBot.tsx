import { FileJson, LayoutTemplate, Plus } from "lucide-react";
import { useRef, useState } from "react";

import { type Texts, useTexts } from "../i18n/texts";
import { Dialog } from "../ui/Dialog";
import type { NewDocument } from "./creating";
import { SamplesDialog } from "./SamplesDialog";

/** The ways to a new bot: from one that ships, from files of JSON, or blank. */
export function NewBot({ onCreate, onImport }: { onCreate: (bot: NewDocument | Promise<NewDocument>) => void; onImport: (files: readonly File[]) => void }) {
  const text = useTexts();
  const [asking, ask] = useState<"sample" | "name" | null>(null);
  const files = useRef<HTMLInputElement>(null);
  const close = () => ask(null);
  return (
    <>
      <div className="actions">
        <button type="button" className="button primary" onClick={() => ask("sample")}>
          <LayoutTemplate size={16} aria-hidden />
          {text("bots.from_sample")}
        </button>
        <button type="button" className="button" onClick={() => files.current?.click()}>
          <FileJson size={16} aria-hidden />
          {text("bots.import")}
        </button>
        <button type="button" className="button" onClick={() => ask("name")}>
          <Plus size={16} aria-hidden />
          {text("bots.blank")}
        </button>
        <input
          ref={files}
          type="file"
          accept=".json,application/json"
          multiple
          hidden
          onChange={(event) => {
            const chosen = [...(event.target.files ?? [])];
            event.target.value = "";
            onImport(chosen);
          }}
        />
      </div>
      {asking === "sample" && <SamplesDialog onClose={close} onPick={(bot) => onCreate(bot)} />}
      {asking === "name" && <NameDialog onClose={close} onName={(name) => onCreate(blank(name, text))} />}
    </>
  );
}

/** What new bots hold belongs to the editor, which comes after this page. */
async function blank(name: string, text: Texts): Promise<NewDocument> {
  const { blankBot } = await import("../editor/blanks");
  return { name, document: blankBot(name, text) };
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
