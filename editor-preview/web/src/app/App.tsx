import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { lazy, Suspense } from "react";
import { Redirect, Route, Switch } from "wouter";

import { BotsPage } from "../bots/BotsPage";
import { TextsProvider, useTexts } from "../i18n/texts";
import { Rail } from "./Rail";
import { useShell } from "./shell";
import { useAppKeys } from "./useAppKeys";

/** The editor comes when a bot is opened: the other pages need none of it. */
const EditorPage = lazy(async () => ({ default: (await import("../editor/EditorPage")).EditorPage }));

const Palette = lazy(() => import("../palette/Palette"));
const KeySheet = lazy(() => import("../palette/KeySheet"));

const queries = new QueryClient({
  defaultOptions: { queries: { retry: 1, staleTime: 2_000 } },
});

/** The studio: the rail, and the page of the address beside it. */
export function App() {
  return (
    <QueryClientProvider client={queries}>
      <TextsProvider>
        <div className="shell">
          <Rail />
          <Switch>
            <Route path="/">
              <Redirect to="/bots" replace />
            </Route>
            <Route path="/bots">
              <BotsPage />
            </Route>
            <Route path="/bots/:id">
              {({ id }) => (
                <Suspense fallback={<main className="page" aria-busy="true" />}>
                  <EditorPage key={id} id={id} />
                </Suspense>
              )}
            </Route>
            <Route>
              <UnknownPage />
            </Route>
          </Switch>
          <Overlays />
        </div>
      </TextsProvider>
    </QueryClientProvider>
  );
}

/** What can lie over every page, and the keys that bring it. */
function Overlays() {
  useAppKeys();
  const showing = useShell((state) => state.showing);
  return (
    <Suspense>
      {showing === "palette" && <Palette />}
      {showing === "keys" && <KeySheet />}
    </Suspense>
  );
}

function UnknownPage() {
  const text = useTexts();
  return (
    <main className="page">
      <div className="page-narrow">
        <h1>{text("page.unknown")}</h1>
      </div>
    </main>
  );
}
