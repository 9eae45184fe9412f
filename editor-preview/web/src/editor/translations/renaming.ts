/** Translations go by the ids of options: another id takes them along. */
import { stepsOf } from "../document";
import { type Edit, withKeys } from "../edits";
import { getAt, isObject, type Path, removeAt, setAt } from "../json";
import { keysOf } from "./texts";

/** Gives an option of a step another id; undefined takes it out. Where another option has that id already, the translations are its own. */
export function changeOptionId(step: string, option: Path, id: string | undefined): Edit {
  return (document) => {
    const at: Path = ["steps", step, ...option, "id"];
    const changed = id === undefined ? removeAt(document, at) : setAt(document, at, id);
    const [before, after] = [stepsOf(document).get(step), stepsOf(changed).get(step)];
    const { translations } = document;
    if (!before || !after || !isObject(translations)) {
      return changed;
    }
    const [[from, fromShort], [to, toShort]] = [keysOf(step, before, option), keysOf(step, after, option)];
    const isWithin = (key: string, name: string | undefined) => name !== undefined && (key === name || key.startsWith(`${name}.`));
    const renamed = (key: string) => (isWithin(key, fromShort) ? `${toShort ?? to}${key.slice(fromShort!.length)}` : isWithin(key, from) ? `${to}${key.slice(from.length)}` : key);
    return Object.keys(translations).reduce((rest, language) => {
      const texts = getAt(rest, ["translations", language]);
      const isTaken = isObject(texts) && Object.keys(texts).some((key) => isWithin(key, to) || isWithin(key, toShort));
      return isObject(texts) && !isTaken ? setAt(rest, ["translations", language], withKeys(texts, renamed)) : rest;
    }, changed);
  };
}
