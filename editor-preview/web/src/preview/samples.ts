import { isObject, type JsonObject } from "../editor/json";
import { keep, kept } from "./kept";

/** What a step's call was answered with the last time. */
export interface Sample {
  result: JsonObject;
  /** Whether that step's calls are answered so without being asked. */
  always: boolean;
}

/** The samples of a bot, as they were kept in this browser. */
export function samplesOf(bot: string): ReadonlyMap<string, Sample> {
  const found = kept(`samples.${bot}`);
  const entries = Object.entries(isObject(found) ? found : {}).flatMap(([step, sample]): [string, Sample][] =>
    isObject(sample) && isObject(sample.result) ? [[step, { result: sample.result, always: sample.always === true }]] : [],
  );
  return new Map(entries);
}

export function keepSamples(bot: string, samples: ReadonlyMap<string, Sample>): void {
  keep(`samples.${bot}`, Object.fromEntries([...samples].map(([step, { result, always }]) => [step, { result, always }])));
}
