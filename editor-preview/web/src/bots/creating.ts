import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useLocation } from "wouter";

import { type BotSummary, saveDraft } from "../api/bots";
import type { JsonObject } from "../editor/json";
import type { Fault } from "../editor/source/readJson";
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

/** Why a file holds no bot that can be kept as it stands. */
export interface FileFault {
  file: string;
  /** From 1. */
  line: number;
  fault: Fault;
}

/** The bots in files, and why some of them hold none. What is wrong inside of a bot is the checker's to say, when it is open. */
export async function readBotFiles(files: readonly File[]): Promise<{ documents: NewDocument[]; faults: FileFault[] }> {
  // The list of bots can do without the reader, as long as nobody imports.
  const { lineOf, readObject } = await import("../editor/source/readJson");
  const documents: NewDocument[] = [];
  const faults: FileFault[] = [];
  for (const file of files) {
    const source = await file.text();
    const read = readObject(source);
    if (read.fault) {
      faults.push({ file: file.name, line: lineOf(source, read.fault.from), fault: read.fault });
    } else {
      documents.push({ name: file.name.replace(/\.json$/i, ""), document: read.value });
    }
  }
  return { documents, faults };
}
