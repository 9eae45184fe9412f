import { Bot, type LucideIcon, MessagesSquare, Settings } from "lucide-react";

/** A page that the rail leads to. */
export interface Page {
  /** Its address; what lies below belongs to it. */
  path: string;
  /** The id of its name. */
  name: string;
  icon: LucideIcon;
}

/** The rail, from the top. Inbox, Templates, Contacts and Broadcasts each become a line here with their page. */
export const PAGES: readonly Page[] = [
  { path: "/bots", name: "rail.bots", icon: Bot },
  { path: "/sessions", name: "rail.sessions", icon: MessagesSquare },
  { path: "/settings", name: "rail.settings", icon: Settings },
];
