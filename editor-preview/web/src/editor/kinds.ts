import {
  Ban,
  Bell,
  BookUser,
  Bot,
  CircleHelp,
  CircleStop,
  ClipboardCheck,
  ClipboardList,
  Clock,
  Code,
  FileQuestion,
  GalleryHorizontal,
  GitBranch,
  GitFork,
  Globe,
  Headset,
  LayoutTemplate,
  List,
  type LucideIcon,
  MapPin,
  MessageCircle,
  MessagesSquare,
  Milestone,
  Package,
  Pencil,
  Plus,
  Route,
  ScanText,
  Search,
  ShieldCheck,
  ShoppingCart,
  Smile,
  Sparkles,
  SquareCheck,
  StickyNote,
  Tag,
  UserCheck,
} from "lucide-react";

/** Where a kind of step stands in the palette; it gives a card its colour. */
export type Group = "send" | "ask" | "decide" | "change" | "call" | "end";

/** How a kind of step is shown. Its name is the text `kind.<kind>`. */
export interface Kind {
  group: Group;
  icon: LucideIcon;
}

/** Every kind of step, in the order of the palette. */
export const KINDS: Readonly<Record<string, Kind>> = {
  message: { group: "send", icon: MessageCircle },
  list: { group: "send", icon: List },
  carousel: { group: "send", icon: GalleryHorizontal },
  template: { group: "send", icon: LayoutTemplate },
  product: { group: "send", icon: Package },
  reaction: { group: "send", icon: Smile },
  internal_message: { group: "send", icon: MessagesSquare },
  ask: { group: "ask", icon: CircleHelp },
  flow: { group: "ask", icon: ClipboardList },
  location_request: { group: "ask", icon: MapPin },
  contact_request: { group: "ask", icon: BookUser },
  wait: { group: "ask", icon: Clock },
  condition: { group: "decide", icon: GitBranch },
  split: { group: "decide", icon: GitFork },
  set: { group: "change", icon: Pencil },
  tags: { group: "change", icon: Tag },
  stage: { group: "change", icon: Milestone },
  assign: { group: "change", icon: UserCheck },
  subscribe: { group: "change", icon: Bell },
  task: { group: "change", icon: SquareCheck },
  complete_tasks: { group: "change", icon: ClipboardCheck },
  note: { group: "change", icon: StickyNote },
  create_lead: { group: "change", icon: Plus },
  items: { group: "change", icon: ShoppingCart },
  opt: { group: "change", icon: ShieldCheck },
  script: { group: "change", icon: Code },
  find: { group: "call", icon: Search },
  http: { group: "call", icon: Globe },
  ai_reply: { group: "call", icon: Sparkles },
  ai_route: { group: "call", icon: Route },
  ai_extract: { group: "call", icon: ScanText },
  start_bot: { group: "call", icon: Bot },
  handoff: { group: "end", icon: Headset },
  stop: { group: "end", icon: CircleStop },
  unsupported: { group: "end", icon: Ban },
};

/** How a step of this kind is shown; one that the studio does not know yet, too. */
export function kindNamed(kind: string): Kind {
  return KINDS[kind] ?? { group: "change", icon: FileQuestion };
}

/** The id of a kind's name; for one that has none, the text that says so. */
export function kindText(kind: string): string {
  return kind in KINDS ? `kind.${kind}` : "kind.unknown";
}
