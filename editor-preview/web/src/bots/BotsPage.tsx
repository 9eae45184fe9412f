import { useQuery } from "@tanstack/react-query";
import { useEffect } from "react";

import { listBots } from "../api/bots";
import { useTexts } from "../i18n/texts";
import { BotTable } from "./BotTable";
import "./bots.css";
import { NewBot } from "./NewBot";

/** All bots, and how to make another one. */
export function BotsPage() {
  const text = useTexts();
  const { data: bots, error } = useQuery({ queryKey: ["bots"], queryFn: listBots });
  useEffect(() => {
    document.title = `${text("bots.title")} – Salesbot`;
  }, [text]);
  return (
    <main className="page">
      <div className="page-narrow">
        <div className="page-head">
          <h1>{text("bots.title")}</h1>
          {bots && bots.length > 0 && <NewBot bots={bots} />}
        </div>
        {error && (
          <p className="error-text" role="alert">
            {text("bots.failed", { reason: error.message })}
          </p>
        )}
        {bots && bots.length > 0 && <BotTable bots={bots} />}
        {bots?.length === 0 && (
          <section className="empty">
            <h2>{text("bots.empty")}</h2>
            <p className="muted">{text("bots.empty_more")}</p>
            <NewBot bots={bots} />
          </section>
        )}
      </div>
    </main>
  );
}
