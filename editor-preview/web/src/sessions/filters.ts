import type { SessionFilter } from "../api/sessions";

/** How a session can end. */
export const STATUSES = ["completed", "failed", "stopped", "replaced", "expired"] as const;

/** What the list is asked for by; the page's address holds it. */
const KEYS = ["bot", "version", "state", "status", "outcome", "contact"] as const satisfies readonly (keyof SessionFilter)[];

/** The filter that an address asks for. */
export function filterOf(search: URLSearchParams): SessionFilter {
  const wanted = KEYS.flatMap((key) => {
    const value = search.get(key)?.trim();
    return value ? [[key, value] as const] : [];
  });
  return Object.fromEntries(wanted) as SessionFilter;
}

/** The same filter with another answer to one question. A version belongs to its bot, a status to what has ended. */
export function withFilter(filter: SessionFilter, key: keyof SessionFilter, value: string): SessionFilter {
  const { [key]: _, ...rest } = filter;
  const changed: SessionFilter = value === "" ? rest : { ...rest, [key]: value };
  if (key === "bot") {
    delete changed.version;
  }
  if (key === "state" && value === "open") {
    delete changed.status;
    delete changed.outcome;
  }
  return changed;
}
