import { expect, test } from "vitest";

import { gapsOf, type Phrasebook, phrasesOf } from "./phrases";

const say = phrasesOf({
  "a number": "um número",
  "a text": "um texto",
  "`{path}` is {what}": "`{path}` é {what}",
  "`{path}` is {what}, and it is compared with {other}": "`{path}` é {what} e é comparado com {other}",
  "there is no {what} `{name}`": "não há {what} `{name}`",
  "there is no step `{name}`": "não há o passo `{name}`",
  "contact field": "campo do contato",
  'the customer chose "{option}"': 'o cliente escolheu "{option}"',
  "this has {found} characters, and WhatsApp takes {limit} here": "aqui cabem {limit} caracteres, e há {found}",
  "{message} (in `{source}`)": "{message} (em `{source}`)",
  "name one of its properties, such as `{path}.id`": "diga uma das propriedades, como `{path}.id`",
  "`{word}` stays `{word}`": "`{word}` continua",
  "A text is empty.": "Um texto está vazio.",
});

test("a whole text is said as it stands, and what is not known stays", () => {
  expect(say("A text is empty.")).toBe("Um texto está vazio.");
  for (const unknown of ["", "A text is empty", "A text is full.", "constructor", "`x`", "{what}"]) {
    expect(say(unknown)).toBe(unknown);
  }
});

test("gaps are filled in the order of the language", () => {
  expect(say("this has 21 characters, and WhatsApp takes 20 here")).toBe("aqui cabem 20 caracteres, e há 21");
});

test("of the sentences that fit, the one that says the most is taken", () => {
  expect(say("there is no step `x`")).toBe("não há o passo `x`");
  expect(say("there is no contact field `x`")).toBe("não há campo do contato `x`");
  expect(say("`vars.a` is a number, and it is compared with a text")).toBe("`vars.a` é um número e é comparado com um texto");
});

test("what fills a gap is said in turn, where it is no name", () => {
  expect(say("`vars.a` is a number")).toBe("`vars.a` é um número");
  expect(say("A text is empty. (in `a number`)")).toBe("Um texto está vazio. (em `a number`)");
  expect(say("`a text` is a thing")).toBe("`a text` é a thing");
  expect(say('the customer chose "a number"')).toBe('o cliente escolheu "a number"');
  expect(say("name one of its properties, such as `a text.id`")).toBe("diga uma das propriedades, como `a text.id`");
});

test("a gap that comes twice is the same both times", () => {
  expect(say("`a` stays `a`")).toBe("`a` continua");
  expect(say("`a` stays `b`")).toBe("`a` stays `b`");
});

test("whatever fills the gaps comes out as it went in", () => {
  const values = ["", " ", "$&", "$1", "{name}", "{other}", "é 👋", "a, and b", "(x)", "\\", "x".repeat(2_000)];
  for (const one of values) {
    expect(say(`there is no step \`${one}\``)).toBe(`não há o passo \`${one}\``);
    for (const other of values) {
      expect(say(`this has ${one} characters, and WhatsApp takes ${other} here`)).toBe(`aqui cabem ${other} caracteres, e há ${one}`);
    }
  }
});

test("every sentence of a large book is found, and long texts that almost fit are read quickly", () => {
  const words = Array.from({ length: 1_000 }, (_, number) => `word${number}`);
  const book: Phrasebook = Object.fromEntries(words.map((word) => [`${word} {a}, {b}, {c} and {d} of ${word}`, `{d} {c} {b} {a} ${word}`]));
  const large = phrasesOf(book);
  for (const word of words) {
    expect(large(`${word} 1, 2, 3 and 4 of ${word}`)).toBe(`4 3 2 1 ${word}`);
  }
  const begin = performance.now();
  const almost = `word7 ${"1, ".repeat(20_000)}`;
  expect(large(`${almost} of word7`)).toBe(`${almost} of word7`);
  expect(performance.now() - begin).toBeLessThan(1_000);
});

test("gaps have names; other braces are text", () => {
  expect(gapsOf("`{{` has no `}}`, as in `{{ contact.name }}`, `{ … }` or {}")).toEqual([]);
  expect(gapsOf("{b} of {a} and {b}")).toEqual(["a", "b"]);
});
