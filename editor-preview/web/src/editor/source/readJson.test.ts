import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";

import { pathOfPlace, placeOfPath } from "../problems/place";
import { readJson, readObject } from "./readJson";

const BOTS = "../../bots";

test.each(readdirSync(BOTS).filter((name) => name.endsWith(".json")))("%s is read as the browser reads it", (name) => {
  const source = readFileSync(`${BOTS}/${name}`, "utf8");
  const read = readJson(source);
  expect(read.fault).toBeUndefined();
  expect("value" in read && JSON.stringify(read.value)).toBe(JSON.stringify(JSON.parse(source)));
});

test("every part has its place, as the checker writes it", () => {
  const source = '{"steps": {"a": {"type": "set", "fields": {"vars.x": [1, {"b": "c"}]}}}}';
  const read = readJson(source);
  const at = (place: string) => {
    const span = "places" in read ? read.places.get(place) : undefined;
    return span && source.slice(span.from, span.to);
  };
  expect(at("steps.a.type")).toBe('"set"');
  expect(at('steps.a.fields["vars.x"][0]')).toBe("1");
  expect(at('steps.a.fields["vars.x"][1].b')).toBe('"c"');
  // What holds others stands at its key, or where it begins.
  expect(at("steps.a")).toBe('"a"');
  expect(at('steps.a.fields["vars.x"][1]')).toBe("{");
});

test("a place is taken apart and put together again", () => {
  for (const place of ["steps.welcome.buttons[0].title", 'translations.es["welcome.text"]', 'steps.a.fields["vars.x"][10]', "name", ""]) {
    expect(placeOfPath(pathOfPlace(place))).toBe(place);
  }
  expect(pathOfPlace('steps.a.save["vars.\\"x"][2]')).toEqual(["steps", "a", "save", 'vars."x', 2]);
});

const fault = (source: string) => {
  const { fault: found } = readJson(source);
  return found && `${found.id} ${source.slice(found.from, found.to)}`;
};

test("what is wrong is told with its place", () => {
  expect(fault('{"a": 1,}')).toBe("json.unexpected }");
  expect(fault('{"a" 1}')).toBe("json.unexpected 1");
  expect(fault('{"a": yes}')).toBe("json.unexpected yes");
  expect(fault('{"a": "open\n}')).toBe('json.text "open');
  expect(fault('{"a": [1, 2')).toBe("json.ends ");
  expect(fault("")).toBe("json.ends ");
  expect(fault("{} {}")).toBe("json.unexpected {");
  expect(fault('{"a": 01}')).toBe("json.unexpected 1");
  expect(fault('{"a": "\\x"}')).toBe('json.text "\\x"}');
  expect(fault("[".repeat(50_000))).toBe("json.deep [");
  expect(readObject("[1]").fault?.id).toBe("json.no_object");
});

test("what would be lost in silence is refused", () => {
  expect(fault('{"a": 1, "a": 2}')).toBe('json.twice "a"');
  expect(fault('{"price": 9007199254740993}')).toBe("json.number 9007199254740993");
  expect(fault("[1.0]")).toBe("json.number 1.0");
  expect(fault("[1e400]")).toBe("json.number 1e400");
  expect(fault("[0, -1, 1.5, 123456789012345, 1e+21]")).toBeUndefined();
});

test("keys that mean something to the browser are keys like all others", () => {
  const read = readObject('{"__proto__": {"a": 1}, "constructor": 2}');
  expect(read.fault).toBeUndefined();
  expect("value" in read && JSON.stringify(read.value)).toBe('{"__proto__":{"a":1},"constructor":2}');
});
