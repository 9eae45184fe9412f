/** What fields offer to choose from: what the account declares, and what lies beside the bot. Any other name may be written, too. */
import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";

import { type Account, listFlows, listTemplates, showAccount, type Template } from "../../api/account";
import { listBots } from "../../api/bots";
import { botSchema } from "../../api/botSchema";
import { usePhrases } from "../../i18n/texts";
import { isObject, type JsonObject } from "../json";
import { useDocument } from "../store";
import { type BotSchema, readSchema } from "./schema";
import { type AccountFields, writablePaths } from "./scope";

/** A name to choose, with what people call it. */
export interface Offer {
  value: string;
  title?: string;
}

/** The language of bots; undefined while it is on its way. */
export function useBotSchema(): { schema: BotSchema | undefined; error: Error | null } {
  const { data, error } = useQuery({ queryKey: ["bot schema"], queryFn: botSchema, staleTime: Infinity });
  const phrases = usePhrases();
  const schema = useMemo(() => (data ? readSchema(data, phrases) : undefined), [data, phrases]);
  return { schema, error };
}

/** The account's fields by their keys. */
export function useAccountFields(): AccountFields {
  const account = useAccount();
  return useMemo(() => ({ contact: account?.fields.contact.map(({ key }) => key) ?? [], lead: account?.fields.lead.map(({ key }) => key) ?? [] }), [account]);
}

/** The templates that are known. */
export function useTemplates(): readonly Template[] {
  return useQuery({ queryKey: ["templates"], queryFn: listTemplates, staleTime: 60_000 }).data ?? [];
}

/** What a field of a kind offers. */
export function useOffers(kind: string, beside: JsonObject): readonly Offer[] {
  const document = useDocument();
  const account = useAccount();
  const fields = useAccountFields();
  const templates = useQuery({ queryKey: ["templates"], queryFn: listTemplates, staleTime: 60_000, enabled: kind === "template" || kind === "template_language" }).data ?? [];
  const flows = useQuery({ queryKey: ["flows"], queryFn: listFlows, staleTime: 60_000, retry: false, retryOnMount: false, enabled: kind === "flow" }).data ?? [];
  const bots = useQuery({ queryKey: ["bots"], queryFn: listBots, enabled: kind === "bot" }).data ?? [];
  switch (kind) {
    case "path":
      return writablePaths(document, fields).map((value) => ({ value }));
    case "pipeline":
      return titled(account?.pipelines ?? []);
    case "stage":
      return titled((account?.pipelines ?? []).filter(({ id }) => typeof beside.pipeline !== "string" || beside.pipeline === id).flatMap(({ stages }) => stages));
    case "user":
    case "round_robin":
      return named(account?.users ?? []);
    case "team":
      return named(account?.teams ?? []);
    case "task_kind":
      return named(account?.task_kinds ?? []);
    case "catalog":
      return named(account?.catalogs ?? []);
    case "numbers":
      return (account?.numbers ?? []).map(({ id, display, name }) => ({ value: id, title: `${display} ${name}` }));
    case "lead_field":
      return (account?.fields.lead ?? []).map(({ key, title }) => ({ value: key, title }));
    case "model":
      return (account?.models ?? []).map((value) => ({ value }));
    case "template":
      return unique(templates.map(({ name, status }) => ({ value: name, title: status === "APPROVED" ? "" : status.toLowerCase() })));
    case "template_language":
      return unique(templates.filter(({ name }) => name === beside.name).map(({ language }) => ({ value: language })));
    case "flow":
      return flows.map(({ name }) => ({ value: name }));
    case "bot":
      return bots.map(({ id, name }) => ({ value: id, ...(name ? { title: name } : {}) }));
    case "knowledge":
      return isObject(document.knowledge) ? Object.keys(document.knowledge).map((value) => ({ value })) : [];
    case "variable":
      return isObject(document.variables) ? Object.keys(document.variables).map((value) => ({ value })) : [];
    case "language":
      return LANGUAGES.map((value) => ({ value }));
    case "timezone":
      return Intl.supportedValuesOf("timeZone").map((value) => ({ value }));
    default:
      return [];
  }
}

/** Languages that WhatsApp's markets use most; any other may be written. */
const LANGUAGES = ["en", "es", "pt-BR", "ar", "bn", "de", "es-AR", "es-CO", "es-MX", "fr", "hi", "id", "it", "nl", "pt-PT", "ru", "tr", "ur"];

function useAccount(): Account | undefined {
  return useQuery({ queryKey: ["account"], queryFn: showAccount, staleTime: 60_000, retry: false, retryOnMount: false }).data;
}

function titled(list: readonly { id: string; title: string }[]): readonly Offer[] {
  return list.map(({ id, title }) => ({ value: id, title }));
}

function named(list: readonly { id: string; name: string }[]): readonly Offer[] {
  return list.map(({ id, name }) => ({ value: id, title: name }));
}

function unique(offers: readonly Offer[]): readonly Offer[] {
  return [...new Map(offers.map((offer) => [offer.value, offer])).values()];
}
