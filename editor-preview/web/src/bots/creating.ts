import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useLocation } from "wouter";

import { type BotSummary, saveDraft } from "../api/bots";
import { type Dialog, keepTest } from "../api/tests";
import type { JsonObject } from "../editor/json";
import type { Fault } from "../editor/source/readJson";
import { freeId } from "./ids";
import { isKommoFile, textOf } from "./kommo/file";

/** A bot that is to be made: its document, what its id is made of, and the dialog tests that it comes with. */
export interface NewDocument {
  name: string;
  document: JsonObject;
  tests?: readonly Dialog[];
}

/** Saves first drafts under ids that no bot has yet. A single one is opened, unless there is more to say of it. */
export function useCreate(bots: readonly BotSummary[], { opens = true } = {}) {
  const queries = useQueryClient();
  const [, go] = useLocation();
  return useMutation({
    mutationFn: async (documents: readonly (NewDocument | Promise<NewDocument>)[]) => {
      const taken: Pick<BotSummary, "id">[] = [...bots];
      for (const coming of documents) {
        const { name, document, tests = [] } = await coming;
        const id = freeId(name, taken);
        await saveDraft(id, document);
        taken.push({ id });
        for (const test of tests) {
          await keepTest(id, test);
        }
      }
      return taken.slice(bots.length).map(({ id }) => id);
    },
    onSettled: () => queries.invalidateQueries({ queryKey: ["bots"] }),
    onSuccess: ([id, ...others]) => {
      if (opens && id !== undefined && others.length === 0) {
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

/** A file of Kommo's, which the server reads. */
export interface KommoSource {
  name: string;
  text: string;
}

/** The bots in files, those of Kommo's beside them, and why some files hold none. What is wrong inside of a bot is the checker's to say, when it is open. */
export async function readBotFiles(files: readonly File[]): Promise<{ documents: NewDocument[]; kommo: KommoSource[]; faults: FileFault[] }> {
  // The list of bots can do without the reader, as long as nobody imports.
  const { lineOf, readObject } = await import("../editor/source/readJson");
  const documents: NewDocument[] = [];
  const kommo: KommoSource[] = [];
  const faults: FileFault[] = [];
  for (const file of files) {
    const source = await textOf(file);
    const name = file.name.replace(/\.json$/i, "");
    if (isKommoFile(source)) {
      kommo.push({ name, text: source });
      continue;
    }
    const read = readObject(source);
    if (read.fault) {
      faults.push({ file: file.name, line: lineOf(source, read.fault.from), fault: read.fault });
    } else {
      documents.push({ name, document: read.value });
    }
  }
  return { documents, kommo, faults };
}
