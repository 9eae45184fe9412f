/**
 * What can be done to a rehearsed bot beside writing to it: each is a line of a dialog test, with what has to be asked for first. Menus and
 * their windows follow from these tables. Their names are the texts `act.<id>`.
 */
import {
  Ban,
  BookUser,
  Check,
  CheckCheck,
  CircleStop,
  ClipboardList,
  FileText,
  Headset,
  Image,
  type LucideIcon,
  Megaphone,
  MapPin,
  MessageCircleReply,
  Mic,
  MailX,
  MessageSquareX,
  MessagesSquare,
  Music,
  OctagonX,
  Repeat,
  ShoppingCart,
  Smile,
  Sticker,
  Undo2,
  Video,
  X,
} from "lucide-react";

import type { Line } from "../api/previews";
import type { JsonObject } from "../editor/json";

/** Something to be asked for. */
export interface Field {
  /** Its key among the answers, and its name: the text `ask.<key>`. */
  key: string;
  kind: "text" | "long" | "number" | "json" | "choice" | "moment";
  initial?: string;
  /** What a choice offers, with a name or with the id of a text that explains it; a value with neither says itself. */
  choices?: readonly { value: string; name?: string; text?: string }[];
  optional?: boolean;
}

/** What was answered, by key; an answer that was left out is empty. */
export type Answers = Readonly<Record<string, string>>;

export interface Action {
  id: string;
  icon: LucideIcon;
  fields: readonly Field[];
  /** Null: a window of its own asks for it. */
  line: ((answers: Answers) => Line) | null;
}

/** Places that a customer may be at. */
const PLACES: Readonly<Record<string, JsonObject>> = {
  "São Paulo": { latitude: -23.5614, longitude: -46.6559, name: "São Paulo", address: "Avenida Paulista" },
  "Ciudad de México": { latitude: 19.4326, longitude: -99.1332, name: "Ciudad de México", address: "Zócalo" },
  Bogotá: { latitude: 4.6533, longitude: -74.0836, name: "Bogotá", address: "Carrera 7" },
  Lisboa: { latitude: 38.7139, longitude: -9.1394, name: "Lisboa", address: "Rossio" },
  Madrid: { latitude: 40.4168, longitude: -3.7038, name: "Madrid", address: "Puerta del Sol" },
  London: { latitude: 51.5007, longitude: -0.1246, name: "London", address: "Westminster" },
};

/** Errors that bots meet most, by WhatsApp's code; what each means is the text `error.<code>`. */
export const TRANSCRIPT: Field = { key: "transcript", kind: "text", optional: true };
const ERROR_CODES = ["131026", "131047", "131049", "130472", "131050", "131053", "131056", "132000", "132001", "132015", "131000"];

const CAPTION: Field = { key: "caption", kind: "text", optional: true };
const ERROR_CODE: Field = { key: "code", kind: "choice", choices: ERROR_CODES.map((value) => ({ value, text: `error.${value}` })) };

/** What the customer can send, text aside. */
export const CUSTOMER_ACTIONS: readonly Action[] = [
  media("image", Image, [CAPTION]),
  media("video", Video, [CAPTION]),
  media("voice", Mic, [TRANSCRIPT]),
  media("audio", Music, [TRANSCRIPT]),
  media("document", FileText, [{ key: "filename", kind: "text", initial: "pedido.pdf" }, CAPTION]),
  media("sticker", Sticker),
  {
    id: "location",
    icon: MapPin,
    fields: [{ key: "place", kind: "choice", choices: Object.keys(PLACES).map((value) => ({ value })) }],
    line: ({ place = "" }) => ({ customer: { location: PLACES[place] ?? {} } }),
  },
  {
    id: "contacts",
    icon: BookUser,
    fields: [
      { key: "name", kind: "text", initial: "Ana Souza" },
      { key: "phone", kind: "text", initial: "+55 11 90000-0000" },
    ],
    line: ({ name = "", phone = "" }) => ({ customer: { contacts: [{ name: { formatted_name: name }, phones: [{ phone }] }] } }),
  },
  {
    id: "order",
    icon: ShoppingCart,
    fields: [
      { key: "product", kind: "text", initial: "sku-1" },
      { key: "quantity", kind: "number", initial: "1" },
      { key: "price", kind: "number", initial: "10" },
      { key: "currency", kind: "text", initial: "USD" },
      { key: "catalog", kind: "text", initial: "catalog-1" },
    ],
    line: ({ catalog = "", product = "", quantity, price, currency = "" }) => ({
      customer: { order: { catalog, items: [{ product, quantity: Number(quantity), price: Number(price), currency }] } },
    }),
  },
  {
    id: "reaction",
    icon: Smile,
    fields: [{ key: "emoji", kind: "choice", choices: ["👍", "❤️", "😂", "😮", "😢", "🙏"].map((value) => ({ value })) }],
    line: ({ emoji = "" }) => ({ customer: { reaction: emoji } }),
  },
  { id: "quote", icon: MessageCircleReply, fields: [{ key: "text", kind: "long" }], line: ({ text = "" }) => ({ customer: { text, quote: true } }) },
  { id: "form", icon: ClipboardList, fields: [], line: null },
  {
    id: "ad",
    icon: Megaphone,
    fields: [
      { key: "text", kind: "long" },
      { key: "headline", kind: "text", optional: true },
      { key: "source_id", kind: "text", optional: true },
    ],
    line: ({ text = "", ...ad }) => ({ customer: { text, referral: { source_type: "ad", ...filled(ad) } } }),
  },
  {
    id: "opt_out",
    icon: OctagonX,
    fields: [{ key: "word", kind: "choice", choices: ["stop", "unsubscribe", "baja", "cancelar suscripción", "parar", "sair", "descadastrar"].map((value) => ({ value })) }],
    line: ({ word = "" }) => ({ customer: word }),
  },
  { id: "unsupported", icon: Ban, fields: [], line: () => ({ customer: { unsupported: true } }) },
];

/** What becomes of messages on their way. */
export const DELIVERY_ACTIONS: readonly Action[] = [
  { id: "delivered", icon: Check, fields: [], line: () => ({ status: "delivered" }) },
  { id: "read", icon: CheckCheck, fields: [], line: () => ({ status: "read" }) },
  { id: "played", icon: Mic, fields: [], line: () => ({ status: "played" }) },
  { id: "failed", icon: MessageSquareX, fields: [ERROR_CODE], line: ({ code }) => ({ status: { failed: Number(code) } }) },
  { id: "fail_next", icon: MailX, fields: [ERROR_CODE], line: ({ code }) => ({ fail_next: Number(code) }) },
  { id: "again", icon: Repeat, fields: [], line: () => ({ customer: { again: true } }) },
];

/** What people of the business do. */
export const PEOPLE_ACTIONS: readonly Action[] = [
  { id: "agent", icon: MessagesSquare, fields: [{ key: "text", kind: "long" }], line: ({ text = "" }) => ({ agent: text }) },
  { id: "handoff", icon: Headset, fields: [{ key: "team", kind: "text", initial: "sales" }], line: ({ team = "" }) => ({ agent: { handoff: { team } } }) },
  { id: "release", icon: Undo2, fields: [], line: () => ({ agent: "release" }) },
  { id: "close", icon: X, fields: [], line: () => ({ agent: "close" }) },
  { id: "stop", icon: CircleStop, fields: [], line: () => ({ agent: "stop" }) },
];

function media(kind: string, icon: LucideIcon, fields: readonly Field[] = []): Action {
  return { id: kind, icon, fields, line: (answers) => ({ customer: { media: { kind, ...filled(answers) } } }) };
}

/** What was answered at all. */
export function filled(answers: Answers): JsonObject {
  return Object.fromEntries(Object.entries(answers).filter(([, answer]) => answer !== ""));
}
