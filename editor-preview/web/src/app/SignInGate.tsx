import { useQuery, useQueryClient } from "@tanstack/react-query";
import { type ReactNode, useEffect, useState } from "react";

import { onSignedOut } from "../api/client";
import { signInState } from "../api/signIn";
import { useTexts } from "../i18n/texts";
import { Dialog } from "../ui/Dialog";
import { later } from "../ui/later";

/** Most people are inside already. */
const SignIn = later(async () => (await import("./SignIn")).default, { Frame: MissingSignIn });

/**
 * Lets those in who may use the server. Who is signed out in the middle of something signs in over it: what they did is still there behind,
 * and goes on.
 */
export function SignInGate({ children }: { children: ReactNode }) {
  const queries = useQueryClient();
  const state = useQuery({ queryKey: ["sign_in"], queryFn: signInState, retry: false });
  useEffect(() => onSignedOut(() => void queries.invalidateQueries({ queryKey: ["sign_in"] })), [queries]);
  const [wasInside, setInside] = useState(false);
  const mustSignIn = state.data?.required === true && !state.data.signed_in;
  // Where the question itself can't be answered, the page says why.
  const isInside = state.isSuccess ? !mustSignIn : state.isError;
  useEffect(() => {
    if (isInside) {
      setInside(true);
    }
  }, [isInside]);
  const onSignedIn = async () => {
    queries.setQueryData(["sign_in"], { required: true, signed_in: true });
    // What was refused is asked for again; what is there stays, and what is being edited above all.
    await queries.invalidateQueries({ predicate: (query) => query.state.error !== null });
  };
  return (
    <>
      {(isInside || wasInside) && children}
      {mustSignIn && <SignIn isOver={wasInside} onSignedIn={onSignedIn} />}
    </>
  );
}

/** In the place of the question, where its code could not be loaded: nothing goes on without it. */
function MissingSignIn({ children }: { children: ReactNode }) {
  const text = useTexts();
  return (
    <Dialog title={text("sign_in.title")} onClose={() => {}}>
      {children}
    </Dialog>
  );
}
