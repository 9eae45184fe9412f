import { useMutation } from "@tanstack/react-query";
import { useId, useState } from "react";

import { ApiError } from "../api/client";
import { signIn } from "../api/signIn";
import { useTexts } from "../i18n/texts";
import { useReason } from "../ui/Loaded";
import { useTitle } from "../ui/Page";
import { useModal } from "../ui/useModal";
import "./sign-in.css";

interface SignInProps {
  /** Over a page that is there: as a window. */
  isOver: boolean;
  onSignedIn: () => Promise<void>;
}

/** Asks for the token: as a page of its own, or over what somebody was doing. */
export default function SignIn({ isOver, onSignedIn }: SignInProps) {
  return isOver ? <SignInDialog onSignedIn={onSignedIn} /> : <SignInPage onSignedIn={onSignedIn} />;
}

function SignInPage({ onSignedIn }: { onSignedIn: () => Promise<void> }) {
  const text = useTexts();
  useTitle(text("sign_in.title"));
  return (
    <main className="sign-in">
      <SignInForm onSignedIn={onSignedIn} />
    </main>
  );
}

function SignInDialog({ onSignedIn }: { onSignedIn: () => Promise<void> }) {
  const modal = useModal();
  const heading = useId();
  return (
    <dialog {...modal} className="dialog" aria-labelledby={heading}>
      <SignInForm heading={heading} onSignedIn={onSignedIn} />
    </dialog>
  );
}

function SignInForm({ heading, onSignedIn }: { heading?: string; onSignedIn: () => Promise<void> }) {
  const text = useTexts();
  const reason = useReason();
  const [token, setToken] = useState("");
  const fault = useId();
  const signing = useMutation({ mutationFn: () => signIn(token.trim()), onSuccess: onSignedIn });
  const isWrong = signing.error instanceof ApiError && signing.error.status === 401;
  return (
    <form
      className="dialog-body"
      onSubmit={(event) => {
        event.preventDefault();
        signing.mutate();
      }}
    >
      <h1 id={heading}>{text("sign_in.title")}</h1>
      <p className="muted">{text("sign_in.what")}</p>
      <label className="field">
        <span className="field-label">{text("sign_in.token")}</span>
        <input
          className="input"
          type="password"
          autoComplete="current-password"
          value={token}
          onChange={(event) => setToken(event.target.value)}
          aria-invalid={isWrong}
          aria-describedby={signing.error ? fault : undefined}
          required
          autoFocus
        />
      </label>
      {signing.error && (
        <p id={fault} className="error-text" role="alert">
          {isWrong ? text("sign_in.wrong") : reason(signing.error)}
        </p>
      )}
      <button className="button primary" disabled={signing.isPending || token.trim() === ""}>
        {text("sign_in.sign_in")}
      </button>
    </form>
  );
}
