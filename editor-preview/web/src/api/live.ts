import { type QueryKey, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";

import { address } from "./client";
import { signInState } from "./signIn";

/** How long to gather what happens before it is asked for anew. */
const GATHER_MS = 1_000;

/** Asks anew for what bears a key, and for all below it, when something happened on the server. */
export function useLive(queryKey: QueryKey): void {
  const queries = useQueryClient();
  const key = JSON.stringify(queryKey);
  const isSignedIn = useQuery({ queryKey: ["sign_in"], queryFn: signInState, retry: false }).data?.signed_in;
  useEffect(() => {
    const source = new EventSource(address("events"));
    let timer: ReturnType<typeof setTimeout> | undefined;
    const refresh = () => {
      timer ??= setTimeout(() => {
        timer = undefined;
        void queries.invalidateQueries({ queryKey: JSON.parse(key) as QueryKey });
      }, GATHER_MS);
    };
    source.addEventListener("commit", refresh);
    source.addEventListener("missed", refresh);
    // A connection that broke is made anew by the browser; one that was refused is not: perhaps nobody is signed in any more.
    source.addEventListener("error", () => {
      if (source.readyState === EventSource.CLOSED) {
        void queries.invalidateQueries({ queryKey: ["sign_in"] });
      }
    });
    return () => {
      clearTimeout(timer);
      source.close();
    };
  }, [queries, key, isSignedIn]);
}
