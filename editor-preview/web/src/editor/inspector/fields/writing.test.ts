import { expect, test } from "vitest";

import { complete, insert, mark, matching, openHole, wordAt, type Written } from "./writing";

/** A text with its selection between bars; one bar is a caret. */
function at(text: string): Written {
  const [before = "", chosen = "", after] = text.split("|");
  return after === undefined ? { value: before + chosen, start: before.length, end: before.length } : { value: before + chosen + after, start: before.length, end: before.length + chosen.length };
}

test("in a text names are offered between braces only", () => {
  const word = (text: string) => wordAt(at(text).value, at(text).start, false);
  expect(word("Hi {{|")).toEqual({ from: 5, typed: "" });
  expect(word("Hi {{ contact.fi|")).toEqual({ from: 6, typed: "contact.fi" });
  expect(word("Hi {{ contact.name }} an|")).toBeUndefined();
  expect(word("Hi|")).toBeUndefined();
  expect(word('{{ contact.name ?? "y|')).toBeUndefined();
});

test("in an expression they are offered wherever a name may stand", () => {
  const word = (text: string) => wordAt(at(text).value, at(text).start, true);
  expect(word("vars.a > va|")).toEqual({ from: 9, typed: "va" });
  expect(word('vars.a == "va|')).toBeUndefined();
});

test("a name that is chosen closes the braces once", () => {
  const chosen = (text: string, name: string) => {
    const written = at(text);
    const word = wordAt(written.value, written.start, false);
    return word && complete(written, word, name, false).value;
  };
  expect(chosen("Hi {{con|", "contact.name")).toBe("Hi {{ contact.name }}");
  expect(chosen("Hi {{|", "contact.name")).toBe("Hi {{ contact.name }}");
  expect(chosen("Hi {{ con| }}!", "contact.name")).toBe("Hi {{ contact.name }}!");
});

test("names that begin with what is typed come first", () => {
  expect(matching(["lead.name", "name", "vars.x"], "name")).toEqual(["lead.name"]);
  expect(matching(["lead.name", "name.first"], "NAME")).toEqual(["name.first", "lead.name"]);
});

test("markers go around the selection, and off again", () => {
  const bold = mark(at("a |b| c"), "*");
  expect(bold).toEqual({ value: "a *b* c", start: 3, end: 4 });
  expect(mark(bold, "*")).toEqual(at("a |b| c"));
  expect(insert(at("a|b| c"), "👍").value).toBe("a👍 c");
  expect(openHole(at("Hi |"), false)).toEqual({ value: "Hi {{  }}", start: 6, end: 6 });
});
