import { useMutation, useQuery } from "@tanstack/react-query";
import { LogOut } from "lucide-react";
import { type ReactNode, useId } from "react";

import { showConnection } from "../api/connection";
import { signInState, signOut } from "../api/signIn";
import { applyTheme, singleKeys, theme } from "../app/choices";
import { LANGUAGES, type Language } from "../i18n/languages";
import { useLanguage, useTexts } from "../i18n/texts";
import { Loaded, useReason } from "../ui/Loaded";
import { Page } from "../ui/Page";
import { ConnectionView } from "./ConnectionView";
import "./settings.css";

/** How the server is connected, and how the studio is for the person at this browser. */
export function SettingsPage() {
  const text = useTexts();
  const connection = useQuery({ queryKey: ["connection"], queryFn: showConnection });
  return (
    <Page title={text("settings.title")} actions={<SignOut />}>
      <Section title={text("settings.connection")}>
        <Loaded query={connection}>{(shown) => <ConnectionView connection={shown} />}</Loaded>
      </Section>
      <Section title={text("settings.studio")}>
        <Personal />
      </Section>
      <Section title={text("settings.about")}>
        <Loaded query={connection}>
          {({ version, store }) => (
            <dl className="facts">
              <div>
                <dt>{text("settings.version")}</dt>
                <dd>{version}</dd>
              </div>
              <div>
                <dt>{text("settings.store")}</dt>
                <dd>{store}</dd>
              </div>
            </dl>
          )}
        </Loaded>
      </Section>
    </Page>
  );
}

function Section({ title, children }: { title: string; children: ReactNode }) {
  const heading = useId();
  return (
    <section className="settings-section" aria-labelledby={heading}>
      <h2 id={heading}>{title}</h2>
      {children}
    </section>
  );
}

/** Choices of this person in this browser. */
function Personal() {
  const text = useTexts();
  const reason = useReason();
  const [language, changeLanguage] = useLanguage();
  const changing = useMutation({ mutationFn: changeLanguage });
  const chosenTheme = theme.use();
  const chosenKeys = singleKeys.use();
  const id = useId();
  return (
    <div className="settings-choices">
      <div className="field">
        <label className="field-label" htmlFor={id}>
          {text("settings.language")}
        </label>
        <select id={id} className="input" value={language} onChange={(event) => changing.mutate(event.target.value as Language)}>
          {Object.entries(LANGUAGES).map(([code, name]) => (
            <option key={code} value={code} lang={code}>
              {name}
            </option>
          ))}
        </select>
        {changing.error && (
          <p className="error-text" role="alert">
            {reason(changing.error)}
          </p>
        )}
      </div>
      <fieldset className="choices">
        <legend>{text("settings.theme")}</legend>
        {theme.options.map((option) => (
          <label key={option} className="choice">
            <input
              type="radio"
              name="theme"
              checked={chosenTheme === option}
              onChange={() => {
                theme.set(option);
                applyTheme();
              }}
            />
            {text(`settings.theme_${option}`)}
          </label>
        ))}
      </fieldset>
      <fieldset className="choices">
        <legend>{text("settings.keys")}</legend>
        <label className="choice">
          <input type="checkbox" checked={chosenKeys === "on"} onChange={(event) => singleKeys.set(event.target.checked ? "on" : "off")} />
          <span>
            {text("settings.letter_keys")}
            <span className="muted settings-more">{text("settings.letter_keys_more")}</span>
          </span>
        </label>
      </fieldset>
    </div>
  );
}

/** Only where somebody signed in. */
function SignOut() {
  const text = useTexts();
  const reason = useReason();
  const state = useQuery({ queryKey: ["sign_in"], queryFn: signInState });
  // What was read by somebody who is gone does not stay for the next one.
  const leaving = useMutation({ mutationFn: signOut, onSuccess: () => window.location.reload() });
  if (!state.data?.required || !state.data.signed_in) {
    return null;
  }
  return (
    <div>
      <button type="button" className="button" disabled={leaving.isPending} onClick={() => leaving.mutate()}>
        <LogOut size={16} aria-hidden />
        {text("settings.sign_out")}
      </button>
      {leaving.error && (
        <p className="error-text" role="alert">
          {reason(leaving.error)}
        </p>
      )}
    </div>
  );
}
