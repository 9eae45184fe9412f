import { useQuery } from "@tanstack/react-query";
import { type DragEvent, type ReactNode, useState } from "react";

import { type BotSummary, listBots } from "../api/bots";
import { useLanguage, useTexts } from "../i18n/texts";
import { Loaded, useReason } from "../ui/Loaded";
import { later } from "../ui/later";
import { Page } from "../ui/Page";
import { BotTable } from "./BotTable";
import "./bots.css";
import { type FileFault, type KommoSource, readBotFiles, useCreate } from "./creating";
import { chooseColumn, type Order, orderBots, searchBots } from "./listing";
import { NewBot } from "./NewBot";

/** Who imports from Kommo does so once. */
const KommoDialog = later(async () => (await import("./kommo/KommoDialog")).KommoDialog);

/** No bots yet, as long as nobody said which there are. */
const NONE: readonly BotSummary[] = [];

/** All bots, and how to make another one. */
export function BotsPage() {
  const text = useTexts();
  const reason = useReason();
  const query = useQuery({ queryKey: ["bots"], queryFn: listBots });
  const bots = query.data ?? NONE;
  const create = useCreate(bots);
  const [faults, setFaults] = useState<readonly FileFault[]>([]);
  const [kommo, setKommo] = useState<readonly KommoSource[]>([]);
  const importFiles = async (files: readonly File[]) => {
    const read = await readBotFiles(files);
    setFaults(read.faults);
    setKommo(read.kommo);
    if (read.documents.length > 0) {
      create.mutate(read.documents);
    }
  };
  const ways = <NewBot onCreate={(bot) => create.mutate([bot])} onImport={(files) => void importFiles(files)} />;
  const told = ({ file, line, fault }: FileFault) => `${file}, ${text("json.line", { line })}: ${text(fault.id, fault.values)}`;
  const made = create.data?.length ?? 0;
  return (
    <DropTarget onDrop={(files) => void importFiles(files)}>
      <Page title={text("bots.title")} actions={bots.length > 0 && ways}>
        {[...faults.map(told), ...(create.error ? [reason(create.error)] : [])].map((fault) => (
          <p key={fault} className="error-text" role="alert">
            {text("bots.not_made", { reason: fault })}
          </p>
        ))}
        {kommo.length > 0 && <KommoDialog files={kommo} bots={bots} onClose={() => setKommo([])} />}
        {made > 1 && <p role="status">{text("bots.made", { count: made })}</p>}
        <Loaded query={query}>
          {(all) =>
            all.length > 0 ? (
              <BotList bots={all} onCreate={(bot) => create.mutate([bot])} />
            ) : (
              <section className="empty">
                <h2>{text("bots.empty")}</h2>
                <p className="muted">{text("bots.empty_more")}</p>
                {ways}
              </section>
            )
          }
        </Loaded>
      </Page>
    </DropTarget>
  );
}

function BotList({ bots, onCreate }: { bots: readonly BotSummary[]; onCreate: Parameters<typeof BotTable>[0]["onCreate"] }) {
  const text = useTexts();
  const [language] = useLanguage();
  const [search, setSearch] = useState("");
  const [order, setOrder] = useState<Order>({ by: "name", descending: false });
  const found = orderBots(searchBots(bots, search), order, language);
  return (
    <>
      <div className="filters">
        <input className="input" type="search" value={search} onChange={(event) => setSearch(event.target.value)} placeholder={text("bots.search")} aria-label={text("bots.search")} />
        <p className="muted" role="status">
          {text("bots.count", { count: found.length })}
        </p>
      </div>
      {found.length > 0 && <BotTable bots={found} order={order} onOrder={(by) => setOrder((before) => chooseColumn(before, by))} onCreate={onCreate} />}
    </>
  );
}

/** Takes files that are dropped anywhere on the page. */
function DropTarget({ onDrop, children }: { onDrop: (files: readonly File[]) => void; children: ReactNode }) {
  const text = useTexts();
  const [isOver, setOver] = useState(false);
  const hasFiles = (event: DragEvent) => event.dataTransfer.types.includes("Files");
  return (
    <div
      className="drop-target"
      onDragOver={(event) => {
        if (hasFiles(event)) {
          event.preventDefault();
          setOver(true);
        }
      }}
      onDragLeave={(event) => {
        if (!event.currentTarget.contains(event.relatedTarget as Node | null)) {
          setOver(false);
        }
      }}
      onDrop={(event) => {
        if (hasFiles(event)) {
          event.preventDefault();
          setOver(false);
          onDrop([...event.dataTransfer.files]);
        }
      }}
    >
      {children}
      {isOver && <p className="drop-hint">{text("bots.drop")}</p>}
    </div>
  );
}
