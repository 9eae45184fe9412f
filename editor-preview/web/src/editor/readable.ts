import { isObject, type Json } from "./json";

/** A value as people read it: a key a line, what belongs to it indented below, and no signs but those. */
export function readable(value: Json): string {
  return linesOf(value).join("\n");
}

function linesOf(value: Json): string[] {
  if (Array.isArray(value)) {
    return value.flatMap((entry) => linesOf(entry).map((line, index) => `${index === 0 ? "– " : "  "}${line}`));
  }
  if (isObject(value)) {
    return Object.entries(value).flatMap(([key, inner]) => {
      const lines = linesOf(inner);
      const isShort = lines.length === 1 && !Array.isArray(inner) && !isObject(inner);
      return isShort ? [`${key}: ${lines[0] ?? ""}`] : [`${key}:`, ...lines.map((line) => `  ${line}`)];
    });
  }
  return String(value).split("\n");
}
