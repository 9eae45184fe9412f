import type { UseQueryResult } from "@tanstack/react-query";
import type { ReactNode } from "react";

import { ApiError } from "../api/client";
import { usePhrases, useTexts } from "../i18n/texts";

/** What was asked of the server, once it is there; until then a word that it comes, or why it does not and a way to ask again. */
export function Loaded<T>({ query, children }: { query: UseQueryResult<T>; children: (data: T) => ReactNode }) {
  const text = useTexts();
  const reason = useReason();
  if (query.data !== undefined) {
    return children(query.data);
  }
  if (query.error === null) {
    return (
      <p className="loading muted" role="status">
        {text("page.loading")}
      </p>
    );
  }
  return (
    <div className="notice" role="alert">
      <p className="error-text">{reason(query.error)}</p>
      <button type="button" className="button" onClick={() => void query.refetch()}>
        {text("page.again")}
      </button>
    </div>
  );
}

/** Why a call failed, in the server's words; where none came, in the studio's. */
export function useReason(): (error: Error) => string {
  const text = useTexts();
  const phrases = usePhrases();
  return (error) => (error instanceof ApiError && error.status === 0 ? text("page.no_answer") : phrases(error.message));
}
