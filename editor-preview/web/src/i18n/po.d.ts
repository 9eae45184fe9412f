declare module "*.po" {
  import type { Messages } from "@lingui/core";

  /** The catalogue's texts, by id. */
  export const messages: Messages;
}
