import { isObject, type Json, type JsonObject } from "../editor/json";

/** The bot in a file, or why there is none. What is wrong inside of it is the checker's to say, when it is open. */
export function readBotFile(source: string): { document?: JsonObject; fault?: string } {
  try {
    const value = JSON.parse(source) as Json;
    return isObject(value) ? { document: value } : { fault: "a bot is a JSON object" };
  } catch (error) {
    return { fault: (error as Error).message };
  }
}
