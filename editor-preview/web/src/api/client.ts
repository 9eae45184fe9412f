import type { components } from "./schema";

/** What the server says when it can't do something. */
export type Problem = components["schemas"]["Problem"];

/** A call that the server refused, or that did not reach it. */
export class ApiError extends Error {
  /** The HTTP status; 0: no answer came. */
  readonly status: number;
  readonly problem: Partial<Problem>;

  constructor(status: number, problem: Partial<Problem>) {
    super(problem.detail ?? `HTTP ${status}`);
    this.name = "ApiError";
    this.status = status;
    this.problem = problem;
  }
}

/** Those who want to know that the server does not know who calls any more. */
const signedOut = new Set<() => void>();

/** Tells when a call is refused because nobody is signed in. Gives the function that ends it. */
export function onSignedOut(tell: () => void): () => void {
  signedOut.add(tell);
  return () => signedOut.delete(tell);
}

/** Calls the server, and gives the JSON of its answer. */
export async function call<T>(method: string, path: string, body?: unknown, signal?: AbortSignal): Promise<T> {
  const response = await fetch(path, {
    method,
    ...(body === undefined ? {} : { body: JSON.stringify(body), headers: { "content-type": "application/json" } }),
    ...(signal ? { signal } : {}),
  }).catch((error: unknown) => {
    if (error instanceof DOMException && error.name === "AbortError") {
      throw error;
    }
    throw new ApiError(0, {});
  });
  if (!response.ok) {
    const problem = await response.json().catch(() => ({}));
    if (response.status === 401) {
      signedOut.forEach((tell) => tell());
    }
    throw new ApiError(response.status, problem as Partial<Problem>);
  }
  // An answer without content is one, too.
  return (response.status === 204 ? undefined : await response.json()) as T;
}

/** The path of an address, with its parts escaped. */
export function address(...parts: string[]): string {
  return `/api/v1/${parts.map(encodeURIComponent).join("/")}`;
}
