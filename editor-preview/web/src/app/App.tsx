import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { type ComponentType, lazy, Suspense, useEffect } from "react";
import { Redirect, Route, Switch } from "wouter";

import { ApiError } from "../api/client";
import { BotsPage } from "../bots/BotsPage";
import type { Catalogue } from "../i18n/catalogues";
import { TextsProvider } from "../i18n/texts";
import { Rail } from "./Rail";
import { useShell } from "./shell";
import { SignInGate } from "./SignInGate";
import { UnknownPage } from "./UnknownPage";
import { useAppKeys } from "./useAppKeys";

/** The first page comes with the shell, the others when they are opened. */
const EditorPage = lazy(async () => ({ default: (await import("../editor/EditorPage")).EditorPage }));
const VersionsPage = lazy(async () => ({ default: (await import("../versions/VersionsPage")).VersionsPage }));
const VersionPage = lazy(async () => ({ default: (await import("../versions/VersionPage")).VersionPage }));
const SessionsPage = lazy(async () => ({ default: (await import("../sessions/SessionsPage")).SessionsPage }));
const ReplayPage = lazy(async () => ({ default: (await import("../sessions/ReplayPage")).ReplayPage }));
const SettingsPage = lazy(async () => ({ default: (await import("../settings/SettingsPage")).SettingsPage }));

const loadPalette = () => import("../palette/Palette");
const Palette = lazy(loadPalette);
const KeySheet = lazy(() => import("../palette/KeySheet"));

const queries = new QueryClient({
  defaultOptions: {
    queries: {
      // What the server refuses it refuses again.
      retry: (failures, error) => failures < 1 && !(error instanceof ApiError && error.status >= 400 && error.status < 500),
      staleTime: 2_000,
    },
  },
});

/** The studio: the rail, and the page of the address beside it. */
export function App({ texts }: { texts: Catalogue }) {
  return (
    <QueryClientProvider client={queries}>
      <TextsProvider first={texts}>
        <SignInGate>
          <div className="shell">
            <Rail />
            <Switch>
              <Route path="/">
                <Redirect to="/bots" replace />
              </Route>
              <Route path="/bots" component={BotsPage} />
              <Route path="/bots/:id">{({ id }) => <Later Page={EditorPage} key={id} id={id} />}</Route>
              <Route path="/bots/:id/versions">{({ id }) => <Later Page={VersionsPage} key={id} id={id} />}</Route>
              <Route path="/bots/:id/versions/:number">{({ id, number }) => <Later Page={VersionPage} key={`${id} ${number}`} id={id} number={number} />}</Route>
              <Route path="/sessions">
                <Later Page={SessionsPage} />
              </Route>
              <Route path="/sessions/:id">{({ id }) => <Later Page={ReplayPage} key={id} id={id} />}</Route>
              <Route path="/settings">
                <Later Page={SettingsPage} />
              </Route>
              <Route component={UnknownPage} />
            </Switch>
            <Overlays />
          </div>
        </SignInGate>
      </TextsProvider>
    </QueryClientProvider>
  );
}

/** What can lie over every page, and the keys that bring it. */
function Overlays() {
  useAppKeys();
  const showing = useShell((state) => state.showing);
  // Who calls the palette types on at once: it is there before.
  useEffect(() => {
    const waiting = setTimeout(() => void loadPalette(), 1_000);
    return () => clearTimeout(waiting);
  }, []);
  return (
    <Suspense>
      {showing === "palette" && <Palette />}
      {showing === "keys" && <KeySheet />}
    </Suspense>
  );
}

/** A page whose code comes when it is opened. */
function Later<T extends object>({ Page, ...properties }: { Page: ComponentType<T> } & T) {
  return (
    <Suspense fallback={<main className="page" aria-busy="true" />}>
      <Page {...(properties as unknown as T)} />
    </Suspense>
  );
}
