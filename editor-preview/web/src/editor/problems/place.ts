/** Places in a document as the checker writes them: `steps.welcome.buttons[0].title`; a key with dots of its own stands in brackets, `fields["vars.x"]`. */
import type { Path } from "../json";

const KEY = /\[(\d+)\]|\[("(?:[^"\\]|\\.)*")\]|\.?([^.[]+)/gy;

/** The keys of a place. */
export function pathOfPlace(place: string): Path {
  return [...place.matchAll(KEY)].map(([, index, quoted, name]) => {
    if (index !== undefined) {
      return Number(index);
    }
    return quoted === undefined ? (name ?? "") : (JSON.parse(quoted) as string);
  });
}

/** The place of a key inside of another place. */
export function placeInside(place: string, key: string | number): string {
  if (typeof key === "number") {
    return `${place}[${key}]`;
  }
  if (/[.["]/.test(key)) {
    return `${place}[${JSON.stringify(key)}]`;
  }
  return place === "" ? key : `${place}.${key}`;
}

/** The place of a path from the document down. */
export function placeOfPath(path: Path): string {
  return path.reduce<string>(placeInside, "");
}
