import { address, call } from "./client";
import type { components } from "./schema";

type Schemas = components["schemas"];

/** How the server is connected to WhatsApp. */
export type Connection = Schemas["ConnectionView"];

/** What is looked at, from the first step of connecting a number to the last. */
export type Check = Schemas["Check"];

/** A number of the business. */
export type BusinessNumber = Schemas["NumberView"];

export function showConnection(): Promise<Connection> {
  return call("GET", address("connection"));
}
