/**
 * What the server says in English, said in another language. A phrasebook holds it by its English: whole texts, and sentences with gaps for
 * what differs from one time to another, such as "there is no step `{name}`". What it does not hold stays as it is.
 */

/** The translations of a language, by their English. */
export type Phrasebook = Readonly<Record<string, string>>;

/** Says what was said in English in the language in use. */
export type Phrases = (english: string) => string;

const GAP = /\{([a-z_]+)\}/;
const GAPS = new RegExp(GAP, "g");

/** How many texts are remembered: a session's trace alone may hold thousands that differ. */
const MOST_REMEMBERED = 5_000;

/** A sentence with gaps. */
interface Template {
  /** What stands around the gaps: one more than there are gaps. */
  literals: readonly string[];
  gaps: readonly Gap[];
  translation: string;
}

interface Gap {
  name: string;
  /** Whether it stands in backticks or quotes: what is filled in is a name or a part of the bot. */
  isVerbatim: boolean;
}

export function phrasesOf(book: Phrasebook): Phrases {
  const whole = new Map(Object.entries(book).filter(([english]) => !GAP.test(english)));
  const templates = Object.entries(book)
    .filter(([english]) => GAP.test(english))
    .map(templateOf)
    .sort((one, other) => lengthOf(other) - lengthOf(one));
  const known = new Map<string, string>();

  const translate = (english: string): string => {
    for (const template of templates) {
      const values = match(template, english);
      if (values) {
        // Whatever fills a gap is shorter than the text: this ends.
        const said = new Map(template.gaps.map(({ name, isVerbatim }, index) => [name, isVerbatim ? values[index] : say(values[index] ?? "")]));
        return template.translation.replace(GAPS, (gap, name: string) => said.get(name) ?? gap);
      }
    }
    return english;
  };
  const say = (english: string): string => {
    const found = whole.get(english) ?? known.get(english);
    if (found !== undefined) {
      return found;
    }
    const said = translate(english);
    if (known.size >= MOST_REMEMBERED) {
      known.clear();
    }
    known.set(english, said);
    return said;
  };
  return say;
}

/** The names of the gaps of a phrase, each once, in the order of the alphabet. */
export function gapsOf(phrase: string): string[] {
  return [...new Set(Array.from(phrase.matchAll(GAPS), ([, name = ""]) => name))].toSorted();
}

function templateOf([english, translation]: [string, string]): Template {
  // Every second part is the name of a gap.
  const parts = english.split(GAP);
  const literals = parts.filter((_, index) => index % 2 === 0);
  let isInCode = false;
  const gaps = literals.slice(1).map((after, index): Gap => {
    const before = literals[index] ?? "";
    isInCode = isInCode !== (before.split("`").length % 2 === 0);
    return { name: parts[index * 2 + 1] ?? "", isVerbatim: isInCode || (before.endsWith('"') && after.startsWith('"')) };
  });
  return { literals, gaps, translation };
}

function lengthOf({ literals }: Template): number {
  return literals.reduce((sum, { length }) => sum + length, 0);
}

/**
 * What fills the gaps of a template, in their order, so that it is this text; undefined: nothing does. Each literal is taken where it first
 * comes, so that a text is read once, whatever it holds.
 */
function match({ literals, gaps }: Template, text: string): string[] | undefined {
  const first = literals[0] ?? "";
  const last = literals.at(-1) ?? "";
  const end = text.length - last.length;
  if (end < first.length || !text.startsWith(first) || !text.endsWith(last)) {
    return undefined;
  }
  const values: string[] = [];
  let from = first.length;
  for (const [index, { isVerbatim }] of gaps.entries()) {
    const literal = literals[index + 1] ?? "";
    const to = index === gaps.length - 1 ? end : text.indexOf(literal, from);
    if (to < from || to > end) {
      return undefined;
    }
    const value = text.slice(from, to);
    if (isVerbatim && value.includes("`")) {
      return undefined;
    }
    values.push(value);
    from = to + literal.length;
  }
  const isSame = gaps.every(({ name }, index) => values[gaps.findIndex((gap) => gap.name === name)] === values[index]);
  return isSame ? values : undefined;
}
