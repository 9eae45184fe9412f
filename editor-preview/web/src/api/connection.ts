import { address, call } from "./client";

/** What is looked at, from the first step of connecting a number to the last. */
export interface Check {
  id: "token" | "number" | "app_secret" | "verify_token" | "webhook" | "business_account" | "templates" | "sending";
  state: "ok" | "warning" | "error" | "unknown" | "off";
  /** What is so, in a sentence. */
  detail: string;
  /** What to do about it. */
  help: string | null;
  /** When it was last so, in ISO 8601. */
  at: string | null;
}

/** A number of the business. */
export interface BusinessNumber {
  id: string;
  display: string;
  name: string;
  quality?: string | null;
}

/** How the server is connected to WhatsApp. */
export interface Connection {
  /** No number is connected: nothing leaves the machine. */
  sandbox: boolean;
  checks: Check[];
  numbers: BusinessNumber[];
  webhook_path: string;
  /** The program's. */
  version: string;
  store: string;
}

export function showConnection(): Promise<Connection> {
  return call("GET", address("connection"));
}
