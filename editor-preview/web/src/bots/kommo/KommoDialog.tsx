import { useMutation, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Link } from "wouter";

import type { BotSummary } from "../../api/bots";
import type { KommoNames } from "../../api/imports";
import type { Language } from "../../i18n/languages";
import { useLanguage, useTexts } from "../../i18n/texts";
import { Dialog } from "../../ui/Dialog";
import { Loaded, useReason } from "../../ui/Loaded";
import { type KommoSource, useCreate } from "../creating";
import { areGarbled, botsOf, idsOf, type Read, readAll } from "./imports";
import "./kommo.css";
import { KommoNamesForm } from "./KommoNamesForm";
import { KommoReport } from "./KommoReport";

/** What a bot speaks whose designer works in this language. */
const SPOKEN: Record<Language, string> = { en: "en", es: "es", pt: "pt-BR" };

interface KommoDialogProps {
  files: readonly KommoSource[];
  bots: readonly BotSummary[];
  onClose: () => void;
}

/** Kommo's bots on their way: what the import decided, names for what has only an id there, and then the bots, with links to what is to be looked at. */
export function KommoDialog({ files, bots, onClose }: KommoDialogProps) {
  const text = useTexts();
  const reason = useReason();
  const [studio] = useLanguage();
  const [language, setLanguage] = useState(SPOKEN[studio]);
  const [names, setNames] = useState<KommoNames>({});
  const [repair, setRepair] = useState(true);
  const wishes = { language: language.trim() || "en", timezone: Intl.DateTimeFormat().resolvedOptions().timeZone };
  // Read once for the report; the names are for the bots that are taken.
  const reading = useQuery({ queryKey: ["kommo", files], queryFn: () => readAll(files, { ...wishes, repair: false, names: {} }), staleTime: Infinity, gcTime: 0 });
  const create = useCreate(bots, { opens: false });
  const taking = useMutation({
    mutationFn: async () => {
      const reads = await readAll(files, { ...wishes, repair: repair && areGarbled(reading.data ?? []), names });
      const documents = botsOf(reads).map(({ id, document, dialogs }) => ({ name: id, document, tests: dialogs }));
      const made = await create.mutateAsync(documents);
      return { reads, made: new Map(documents.map(({ name }, index) => [name, made[index] ?? name])) };
    },
  });
  const taken = taking.data;
  return (
    <Dialog title={text("kommo.title")} onClose={onClose} isWide>
      {taken ? (
        <>
          <p role="status">{text("bots.made", { count: taken.made.size })}</p>
          <Reads reads={taken.reads} made={taken.made} />
          <div className="dialog-actions">
            <button type="button" className="button primary" onClick={onClose}>
              {text("dialog.close")}
            </button>
          </div>
        </>
      ) : (
        <Loaded query={reading}>
          {(reads) => (
            <form
              className="kommo"
              onSubmit={(event) => {
                event.preventDefault();
                taking.mutate();
              }}
            >
              <Reads reads={reads} />
              {botsOf(reads).length > 0 && (
                <>
                  <label className="field kommo-language">
                    <span className="field-label">{text("kommo.language")}</span>
                    <input className="input" value={language} onChange={(event) => setLanguage(event.target.value)} />
                  </label>
                  {areGarbled(reads) && (
                    <label className="check">
                      <input type="checkbox" checked={repair} onChange={(event) => setRepair(event.target.checked)} />
                      {text("kommo.repair")}
                    </label>
                  )}
                  <KommoNamesForm ids={idsOf(reads)} names={names} onChange={setNames} />
                </>
              )}
              {taking.error && (
                <p className="error-text" role="alert">
                  {reason(taking.error)}
                </p>
              )}
              <div className="dialog-actions">
                <button type="button" className="button" onClick={onClose}>
                  {text("dialog.cancel")}
                </button>
                {botsOf(reads).length > 0 && (
                  <button className="button primary" disabled={taking.isPending} data-autofocus>
                    {text("kommo.take", { count: botsOf(reads).length })}
                  </button>
                )}
              </div>
            </form>
          )}
        </Loaded>
      )}
    </Dialog>
  );
}

/** What came of each file. `made`: the ids under which the bots were saved. */
function Reads({ reads, made }: { reads: readonly Read[]; made?: ReadonlyMap<string, string> }) {
  const text = useTexts();
  const reason = useReason();
  return reads.map(({ file, imported, error }) => (
    <section key={file} className="kommo-file" aria-label={file}>
      {imported ? (
        imported.bots.map((bot) => {
          const saved = made?.get(bot.id);
          return (
            <article key={bot.id} className="kommo-bot">
              <h3>{saved === undefined ? bot.id : <Link href={`/bots/${encodeURIComponent(saved)}`}>{saved}</Link>}</h3>
              <p className="muted">{text("kommo.counts", { steps: Object.keys(bot.document.steps ?? {}).length, dialogs: bot.dialogs.length })}</p>
              <KommoReport report={imported.report} bot={bot.id} saved={saved} />
            </article>
          );
        })
      ) : (
        <p className="error-text" role="alert">
          {text("kommo.refused", { file, reason: reason(error) })}
        </p>
      )}
    </section>
  ));
}
