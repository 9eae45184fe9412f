import { useQuery } from "@tanstack/react-query";
import { type ReactNode, useEffect, useId, useState } from "react";

import { listBots } from "../api/bots";
import type { SessionFilter } from "../api/sessions";
import { listVersions } from "../api/versions";
import { nameOf } from "../bots/listing";
import { useTexts } from "../i18n/texts";
import { STATUSES, withFilter } from "./filters";

/** How long somebody has to pause before what they typed is asked for. */
const PAUSE_MS = 300;

/** Which sessions are wanted. */
export function SessionFilters({ filter, onChange }: { filter: SessionFilter; onChange: (filter: SessionFilter) => void }) {
  const text = useTexts();
  const bots = useQuery({ queryKey: ["bots"], queryFn: listBots });
  const versions = useQuery({ queryKey: ["versions", filter.bot], queryFn: () => listVersions(filter.bot ?? ""), enabled: filter.bot !== undefined });
  const set = (key: keyof SessionFilter) => (value: string) => onChange(withFilter(filter, key, value));
  return (
    <div className="filters" role="search" aria-label={text("sessions.filters")}>
      <Choice name={text("sessions.bot")} value={filter.bot} onChange={set("bot")}>
        {bots.data?.map((bot) => (
          <option key={bot.id} value={bot.id}>
            {nameOf(bot)}
          </option>
        ))}
      </Choice>
      {filter.bot !== undefined && (
        <Choice name={text("sessions.version")} value={filter.version} onChange={set("version")}>
          {versions.data?.map(({ version, number }) => (
            <option key={number} value={version}>
              {text("versions.one", { number })}
            </option>
          ))}
        </Choice>
      )}
      <Choice name={text("sessions.state")} value={filter.state} onChange={set("state")}>
        <option value="open">{text("sessions.open")}</option>
        <option value="ended">{text("sessions.ended")}</option>
      </Choice>
      {filter.state !== "open" && (
        <Choice name={text("sessions.status")} value={filter.status} onChange={set("status")}>
          {STATUSES.map((status) => (
            <option key={status} value={status}>
              {text(`sessions.${status}`)}
            </option>
          ))}
        </Choice>
      )}
      {filter.state !== "open" && <Words name={text("sessions.outcome")} value={filter.outcome} onChange={set("outcome")} />}
      <Words name={text("sessions.contact_filter")} value={filter.contact} onChange={set("contact")} />
    </div>
  );
}

/** One of several answers, or any. */
function Choice({ name, value, onChange, children }: { name: string; value: string | undefined; onChange: (value: string) => void; children: ReactNode }) {
  const text = useTexts();
  const id = useId();
  return (
    <div className="field">
      <label className="field-label" htmlFor={id}>
        {name}
      </label>
      <select id={id} className="input" value={value ?? ""} onChange={(event) => onChange(event.target.value)}>
        <option value="">{text("sessions.any")}</option>
        {children}
      </select>
    </div>
  );
}

/** Typed words; they are asked for when somebody pauses. */
function Words({ name, value = "", onChange }: { name: string; value: string | undefined; onChange: (value: string) => void }) {
  const id = useId();
  const [written, write] = useState(value);
  useEffect(() => {
    if (written.trim() === value) {
      return undefined;
    }
    const timer = setTimeout(() => onChange(written.trim()), PAUSE_MS);
    return () => clearTimeout(timer);
  }, [written, value, onChange]);
  return (
    <div className="field">
      <label className="field-label" htmlFor={id}>
        {name}
      </label>
      <input id={id} className="input" type="search" value={written} onChange={(event) => write(event.target.value)} />
    </div>
  );
}
