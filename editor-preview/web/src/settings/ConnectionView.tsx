import { CircleCheck, CircleDashed, CircleHelp, CircleX, Copy, TriangleAlert } from "lucide-react";
import { useId, useRef, useState } from "react";

import type { Check, Connection } from "../api/connection";
import { useDates } from "../i18n/dates";
import { usePhrases, useTexts } from "../i18n/texts";

/** How each state of a check is shown: a sign, a word, and a colour. */
const STATES = {
  ok: { icon: CircleCheck, className: "ok-text" },
  warning: { icon: TriangleAlert, className: "warn-text" },
  error: { icon: CircleX, className: "error-text" },
  unknown: { icon: CircleHelp, className: "muted" },
  off: { icon: CircleDashed, className: "muted" },
} as const satisfies Record<Check["state"], object>;

/** What connects the server to WhatsApp, line by line, and what to do where something misses. */
export function ConnectionView({ connection }: { connection: Connection }) {
  const text = useTexts();
  const { sandbox, checks, numbers, webhook_path } = connection;
  return (
    <div className="connection">
      {sandbox && <p className="notice">{text("settings.sandbox")}</p>}
      <ol className="checks">
        {checks.map((check) => (
          <CheckLine key={check.id} check={check} isKnown={!sandbox} />
        ))}
      </ol>
      <WebhookAddress address={new URL(webhook_path, window.location.origin).href} />
      {numbers.length > 0 && <Numbers connection={connection} />}
    </div>
  );
}

/** One check; on the sandbox there is nothing to know of any. */
function CheckLine({ check: { id, state, detail, help, at }, isKnown }: { check: Check; isKnown: boolean }) {
  const text = useTexts();
  const phrases = usePhrases();
  const { moment } = useDates();
  const { icon: Icon, className } = STATES[state];
  return (
    <li className="check">
      <Icon size={20} aria-hidden className={className} />
      <div>
        <p>
          <strong>{text(`check.${id}`)}</strong> <span className={className}>{text(`check.state_${state}`)}</span>
        </p>
        {isKnown && (
          <p>
            {phrases(detail)}
            {at && (
              <span className="muted">
                {" "}
                <time dateTime={at}>{moment(at)}</time>
              </span>
            )}
          </p>
        )}
        {help && <p className="muted">{phrases(help)}</p>}
      </div>
    </li>
  );
}

/** The address that Meta's form asks for. */
function WebhookAddress({ address }: { address: string }) {
  const text = useTexts();
  const id = useId();
  const field = useRef<HTMLInputElement>(null);
  const [isCopied, setCopied] = useState(false);
  const copy = async () => {
    // Browsers give the clipboard to pages of HTTPS and of this machine alone; elsewhere the text is at least selected.
    field.current?.select();
    await navigator.clipboard?.writeText(address).then(() => setCopied(true), () => setCopied(false));
  };
  return (
    <div className="webhook">
      <label className="field-label" htmlFor={id}>
        {text("settings.webhook")}
      </label>
      <div className="webhook-line">
        <input ref={field} id={id} className="input mono" readOnly value={address} onFocus={(event) => event.target.select()} />
        <button type="button" className="button" onClick={() => void copy()}>
          <Copy size={16} aria-hidden />
          {text("settings.copy")}
        </button>
        <span role="status">{isCopied && text("settings.copied")}</span>
      </div>
      <p className="muted settings-more">{text("settings.webhook_more")}</p>
    </div>
  );
}

function Numbers({ connection: { numbers } }: { connection: Connection }) {
  const text = useTexts();
  return (
    <table className="table">
      <caption>{text("settings.numbers")}</caption>
      <thead>
        <tr>
          <th scope="col">{text("settings.number")}</th>
          <th scope="col">{text("settings.name")}</th>
          <th scope="col">{text("settings.id")}</th>
        </tr>
      </thead>
      <tbody>
        {numbers.map(({ id, display, name }) => (
          <tr key={id}>
            <th scope="row">{display}</th>
            <td>{name}</td>
            <td>
              <code>{id}</code>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
