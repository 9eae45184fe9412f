import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { type ReactNode, useEffect } from "react";
import { Redirect, Route, Switch } from "wouter";

import { ApiError } from "../api/client";
import { BotsPage } from "../bots/BotsPage";
import type { Catalogue } from "../i18n/catalogues";
import { TextsProvider, useTexts } from "../i18n/texts";
import { Dialog } from "../ui/Dialog";
import { later } from "../ui/later";
import { Page } from "../ui/Page";
import { Rail } from "./Rail";
import { shell, useShell } from "./shell";
import { SignInGate } from "./SignInGate";
import { UnknownPage } from "./UnknownPage";
import { useAppKeys } from "./useAppKeys";

const PAGE = { waiting: <main className="page" aria-busy="true" />, Frame: MissingPage };
const OVERLAY = { Frame: MissingOverlay };

/** The first page comes with the shell, the others when they are opened. */
const EditorPage = later(async () => (await import("../editor/EditorPage")).EditorPage, PAGE);
const VersionsPage = later(async () => (await import("../versions/VersionsPage")).VersionsPage, PAGE);
const VersionPage = later(async () => (await import("../versions/VersionPage")).VersionPage, PAGE);
const SessionsPage = later(async () => (await import("../sessions/SessionsPage")).SessionsPage, PAGE);
const ReplayPage = later(async () => (await import("../sessions/ReplayPage")).ReplayPage, PAGE);
const SettingsPage = later(async () => (await import("../settings/SettingsPage")).SettingsPage, PAGE);

const loadPalette = async () => (await import("../palette/Palette")).default;
const Palette = later(loadPalette, OVERLAY);
const KeySheet = later(async () => (await import("../palette/KeySheet")).default, OVERLAY);

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
              <Route path="/bots/:id">{({ id }) => <EditorPage key={id} id={id} />}</Route>
              <Route path="/bots/:id/versions">{({ id }) => <VersionsPage key={id} id={id} />}</Route>
              <Route path="/bots/:id/versions/:number">{({ id, number }) => <VersionPage key={`${id} ${number}`} id={id} number={number} />}</Route>
              <Route path="/sessions">
                <SessionsPage />
              </Route>
              <Route path="/sessions/:id">{({ id }) => <ReplayPage key={id} id={id} />}</Route>
              <Route path="/settings">
                <SettingsPage />
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
  // Who calls the palette types on at once: it is there before. Where it does not come now, it is asked for when it is called.
  useEffect(() => {
    const waiting = setTimeout(() => void loadPalette().catch(() => {}), 1_000);
    return () => clearTimeout(waiting);
  }, []);
  return (
    <>
      {showing === "palette" && <Palette />}
      {showing === "keys" && <KeySheet />}
    </>
  );
}

/** In the place of a page that could not be loaded. */
function MissingPage({ children }: { children: ReactNode }) {
  const text = useTexts();
  return <Page title={text("later.title")}>{children}</Page>;
}

/** In the place of a window that could not be loaded. */
function MissingOverlay({ children }: { children: ReactNode }) {
  const text = useTexts();
  return (
    <Dialog title={text("later.title")} onClose={() => shell.getState().show(null)}>
      {children}
    </Dialog>
  );
}
