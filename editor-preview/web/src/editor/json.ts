/** A value of a bot's document. */
export type Json = null | boolean | number | string | Json[] | JsonObject;

/** An object of a bot's document. */
export type JsonObject = { [key: string]: Json };

/** The way to a value, key by key. */
export type Path = readonly (string | number)[];

export function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The value at a path; undefined where there is none. */
export function getAt(value: Json | undefined, path: Path): Json | undefined {
  return path.reduce<Json | undefined>((found, key) => child(found, key), value);
}

/** The same value with another one at a path; what lies beside the path is shared. Objects on the way are made where they miss. */
export function setAt<T extends Json>(value: T, path: Path, to: Json): T {
  return set(value, path, to) as T;
}

/** The same value without what lies at a path. */
export function removeAt<T extends Json>(value: T, path: Path): T {
  return remove(value, path) as T;
}

/** Whether two values say the same; the order of an object's keys says nothing. */
export function isSame(one: Json | undefined, other: Json | undefined): boolean {
  if (one === other) {
    return true;
  }
  if (Array.isArray(one) && Array.isArray(other)) {
    return one.length === other.length && one.every((value, index) => isSame(value, other[index]));
  }
  if (isObject(one) && isObject(other)) {
    const keys = Object.keys(one);
    return keys.length === Object.keys(other).length && keys.every((key) => Object.hasOwn(other, key) && isSame(one[key], other[key]));
  }
  return false;
}

/** A path as one word, such as `buttons.0.goto`. */
export function pathId(path: Path): string {
  return path.join(".");
}

function child(value: Json | undefined, key: string | number): Json | undefined {
  if (Array.isArray(value)) {
    return typeof key === "number" ? value[key] : undefined;
  }
  return isObject(value) && Object.hasOwn(value, key) ? value[key] : undefined;
}

function set(value: Json | undefined, [key, ...rest]: Path, to: Json): Json {
  if (key === undefined) {
    return to;
  }
  const inner = set(child(value, key), rest, to);
  if (Array.isArray(value) && typeof key === "number") {
    return value.with(key, inner);
  }
  return { ...(isObject(value) ? value : {}), [key]: inner };
}

function remove(value: Json, [key, ...rest]: Path): Json {
  const inner = key === undefined ? undefined : child(value, key);
  if (key === undefined || inner === undefined) {
    return value;
  }
  if (rest.length > 0) {
    return set(value, [key], remove(inner, rest));
  }
  if (Array.isArray(value)) {
    return value.filter((_, index) => index !== key);
  }
  const { [key]: _, ...others } = value as JsonObject;
  return others;
}
