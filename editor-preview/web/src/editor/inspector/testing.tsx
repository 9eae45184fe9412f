/** A form of a step or of the bot, as tests look at it. */
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { render, type RenderResult } from "@testing-library/react";
import { readFileSync } from "node:fs";

import { English } from "../../i18n/testing";
import { createPreview, PreviewContext } from "../../preview/store";
import type { JsonObject } from "../json";
import { createEditor, EditorContext, type EditorStore } from "../store";
import { Inspector } from "./Inspector";
import { readSchema } from "./schema";

const SCHEMA = JSON.parse(readFileSync("../../docs/reference/bot.schema.json", "utf8")) as JsonObject;

/** The language as the repository describes it. */
export const schema = readSchema(SCHEMA, (english) => english);

/** The example of a kind of step in its page of the reference. */
export function exampleOf(kind: string): JsonObject {
  const [, json = ""] = /```json\n(.*?)\n```/s.exec(readFileSync(`../../docs/reference/steps/${kind}.md`, "utf8")) ?? [];
  return JSON.parse(json) as JsonObject;
}

// What the test's document lacks.
HTMLElement.prototype.showPopover = () => {};

/** Shows the fields of a step of a document; without one, of the bot itself. */
export function showForm(document: JsonObject, step?: string, known: { account?: object; templates?: object[] } = {}): RenderResult & { editor: EditorStore } {
  const editor = createEditor("bot", document);
  editor.getState().select(step === undefined ? [] : [step]);
  const queries = new QueryClient({ defaultOptions: { queries: { staleTime: Infinity, retry: false } } });
  queries.setQueryData(["bot schema"], SCHEMA);
  queries.setQueryData(["account"], known.account ?? { pipelines: [], users: [], teams: [], fields: { contact: [], lead: [] }, numbers: [], models: [], sandbox: true });
  for (const [key, value] of Object.entries({ templates: known.templates ?? [], flows: [], bots: [] })) {
    queries.setQueryData([key], value);
  }
  const rendered = render(
    <QueryClientProvider client={queries}>
      <English>
        <EditorContext value={editor}>
          <PreviewContext value={createPreview(editor).store}>
            <Inspector />
          </PreviewContext>
        </EditorContext>
      </English>
    </QueryClientProvider>,
  );
  return { ...rendered, editor };
}
