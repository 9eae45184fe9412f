import { readdirSync, readFileSync } from "node:fs";

import { afterAll, beforeAll, expect, test } from "vitest";

import type { Diagnostic } from "../src/api/bots";
import { isObject, type JsonObject } from "../src/editor/json";
import { fixesOf } from "../src/editor/problems/fixes";
import { keyOf } from "../src/editor/problems/order";
import { createEditor } from "../src/editor/store";
import { type Server, startServer } from "./server";

/** The cases of the checker itself: bots with something wrong of every kind. */
const CASES = new URL("../../../steps/src/check/testdata/", import.meta.url);

let server: Server;

beforeAll(async () => {
  server = await startServer();
});
afterAll(async () => {
  await server?.stop();
});

async function check(document: JsonObject): Promise<Diagnostic[]> {
  const body = JSON.stringify({ bot: "leads", document, steps: [] });
  const answer = await fetch(`${server.url}/api/v1/previews`, { method: "POST", headers: { "content-type": "application/json" }, body });
  expect(answer.status, body).toBe(200);
  return ((await answer.json()) as { diagnostics: Diagnostic[] }).diagnostics;
}

/** The bot of a case; what depends on an account's settings, or is no object, is not for the studio. */
function bots(code: string): JsonObject[] {
  const cases = JSON.parse(readFileSync(new URL(`${code}.json`, CASES), "utf8")) as JsonObject[];
  return cases.flatMap(({ bot, environment }) => {
    if (!isObject(bot) || environment) {
      return [];
    }
    const [first] = isObject(bot.steps) ? Object.keys(bot.steps) : [];
    return ["start" in bot || first === undefined ? bot : { ...bot, start: first }];
  });
}

/** Codes whose fix is a question, or needs words that only a person has. */
const ASKS = ["fix.connect", "fix.template"];
/** What is proven here: a fix that the checker's words no longer lead to is missed. */
const PROVEN = [
  "bounds fix.exchange",
  "bounds fix.take_out",
  "dead_end fix.stop",
  "duplicate_option fix.own_id",
  "duplicate_option fix.take_out",
  "http_parts fix.spaces",
  "http_parts fix.take_out",
  "media fix.meant",
  "message_parts fix.take_out",
  "no_effect fix.take_out",
  "option_count fix.more",
  "product fix.take_out",
  "translation fix.meant",
  "translation fix.take_out",
  "unknown_key fix.meant",
  "unknown_key fix.take_out",
  "unknown_link fix.meant",
  "unknown_link fix.take_out_link",
  "unknown_property fix.meant",
  "unknown_variable fix.declare",
  "unknown_variable fix.meant",
  "unknown_word fix.meant",
  "unreachable fix.delete_step",
  "unreachable fix.disable_step",
  "variable fix.take_out",
  "window fix.hold",
  "window fix.skip",
  "wrong_type fix.as_list",
  "wrong_type fix.as_number",
  "wrong_type fix.as_text",
];

const codes = readdirSync(CASES).map((name) => name.replace(".json", ""));

test("every fix of every kind of problem takes the problem away, and is undone as one", async () => {
  const fixed = new Set<string>();
  for (const document of codes.flatMap(bots)) {
    for (const problem of await check(document)) {
      for (const { text, apply } of fixesOf(problem, document, (id) => id)) {
        const editor = createEditor("leads", document);
        apply(editor.getState());
        if (ASKS.includes(text)) {
          continue;
        }
        const { history, undo } = editor.getState();
        expect(history.past, `${text} of ${keyOf(problem)}`).toHaveLength(1);
        const left = (await check(history.document)).map(keyOf);
        expect(left, `${text} of ${keyOf(problem)}`).not.toContain(keyOf(problem));
        undo();
        expect(editor.getState().history.document).toBe(document);
        fixed.add(`${problem.code} ${text}`);
      }
    }
  }
  expect([...fixed].toSorted()).toEqual(PROVEN);
});
