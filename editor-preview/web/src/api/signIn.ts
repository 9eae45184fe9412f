import { address, call } from "./client";
import type { components } from "./schema";

/** Whether somebody has to sign in here, and has done so. */
export type SignInState = components["schemas"]["SignInState"];

export function signInState(): Promise<SignInState> {
  return call("GET", address("sign_in"));
}

/** Signs in with the API's token; the browser keeps a cookie that pages can't read. */
export function signIn(token: string): Promise<void> {
  return call("POST", address("sign_in"), { token });
}

export function signOut(): Promise<void> {
  return call("POST", address("sign_out"));
}
