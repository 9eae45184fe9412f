import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useLocation } from "wouter";

import { type BotSummary, saveDraft } from "../api/bots";
import { isObject, type Json, type JsonObject } from "../editor/json";
import { freeId } from "./ids";

/** A bot that is to be made: its document, and what its id is made of. */
export interface NewDocument {
  name: string;
  document: JsonObject;
}

/** Saves first drafts under ids that no bot has yet. A single one is opened. */
export function useCreate(bots: readonly BotSummary[]) {
  const queries = useQueryClient();
  const [, go] = useLocation();
  return useMutation({
    mutationFn: async (documents: readonly (NewDocument | Promise<NewDocument>)[]) => {
      const taken: Pick<BotSummary, "id">[] = [...bots];
      for (const coming of documents) {
        const { name, document } = await coming;
        const id = freeId(name, taken);
        await saveDraft(id, document);
        taken.push({ id });
      }
      return taken.slice(bots.length).map(({ id }) => id);
    },
    onSettled: () => queries.invalidateQueries({ queryKey: ["bots"] }),
    onSuccess: ([id, ...others]) => {
      if (id !== undefined && others.length === 0) {
        go(`/bots/${id}`);
      }
    },
  });
}

/** The bots in files, and why some of them hold none. */
export async function readBotFiles(files: readonly File[]): Promise<{ documents: NewDocument[]; faults: string[] }> {
  const documents: NewDocument[] = [];
  const faults: string[] = [];
  for (const file of files) {
    const { document, fault } = readBot(await file.text());
    if (document) {
      documents.push({ name: file.name.replace(/\.json$/i, ""), document });
    } else {
      faults.push(`${file.name}: ${fault ?? ""}`);
    }
  }
  return { documents, faults };
}

/** The bot in a text. What is wrong inside of it is the checker's to say, when it is open. */
function readBot(source: string): { document?: JsonObject; fault?: string } {
  try {
    const value = JSON.parse(source) as Json;
    return isObject(value) ? { document: value } : { fault: "a bot is a JSON object" };
  } catch (error) {
    return { fault: (error as Error).message };
  }
}
