import { Bot, type LucideIcon } from "lucide-react";

/** A page that the rail leads to. */
export interface Page {
  /** Its address; what lies below belongs to it. */
  path: string;
  /** The id of its name. */
  name: string;
  icon: LucideIcon;
}

/** The rail, from the top. Sessions, Inbox, Templates, Contacts, Broadcasts and Settings each become a line here with their page. */
export const PAGES: readonly Page[] = [{ path: "/bots", name: "rail.bots", icon: Bot }];
