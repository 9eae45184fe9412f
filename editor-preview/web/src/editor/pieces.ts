/**
 * Pieces of a bot: steps that are copied, and put in elsewhere. A piece is text, in the shape of a bot that has nothing but those steps, so
 * that it goes between bots, tabs and programs, and a bot's own JSON is a piece, too.
 */
import { kindOf, type Position, positionsOf, stepsOf } from "./document";
import { addStep, type Edit, freshId, moveSteps, together } from "./edits";
import { isObject, type Json, type JsonObject, setAt } from "./json";
import { addGroup, addNote, freshLayoutId, groupsOf, notesOf } from "./layout";
import { outcomesOf, withLink, withoutLink } from "./outcomes";

/** What is put in, and where its left upper corner was. */
export interface Piece {
  document: JsonObject;
  corner: Position;
}

/** Steps and notes as text, with their places and translations, and the groups that are copied as a whole. */
export function copyPiece(document: JsonObject, places: ReadonlyMap<string, Position>, steps: ReadonlySet<string>, notes: ReadonlySet<string>): string {
  const copied = [...stepsOf(document)].filter(([id]) => steps.has(id));
  const placed = copied.flatMap(([id]) => {
    const place = places.get(id);
    return place ? [[id, { x: place.x, y: place.y }] as const] : [];
  });
  const groups = groupsOf(document).filter((group) => group.steps.every((step) => steps.has(step)));
  const piece = {
    salesbot: "steps",
    steps: Object.fromEntries(copied),
    translations: translationsOf(document, steps),
    layout: { steps: Object.fromEntries(placed), groups, notes: notesOf(document).filter(({ id }) => notes.has(id)) },
  };
  return JSON.stringify(piece, null, 2);
}

/** Reads a text as a piece: what was copied here, a bot, or the JSON of one step. Undefined where it is none of them. */
export function readPiece(text: string): Piece | undefined {
  let value: Json;
  try {
    value = JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
  if (!isObject(value)) {
    return undefined;
  }
  const document = kindOf(value) !== "" && !isObject(value.steps) ? { steps: { [idFor(kindOf(value))]: value } } : value;
  const steps = [...stepsOf(document).values()];
  const isPiece = steps.every((step) => kindOf(step) !== "") && steps.length + notesOf(document).length > 0;
  if (!isPiece) {
    return undefined;
  }
  const places = [...[...positionsOf(document)].filter(([id]) => stepsOf(document).has(id)).map(([, place]) => place), ...notesOf(document)];
  const corner = { x: Math.min(...places.map(({ x }) => x)), y: Math.min(...places.map(({ y }) => y)) };
  return { document, corner: places.length > 0 ? corner : { x: 0, y: 0 } };
}

/** What putting a piece in comes to: the change, and what is to be selected after it. */
export interface Pasted {
  edit: Edit;
  steps: ReadonlySet<string>;
  notes: ReadonlySet<string>;
}

/**
 * Puts a piece into a bot, its corner at a place. Ids that are taken are changed, and the links between the steps with them; a link to a step
 * that the bot does not have is taken off.
 */
export function pastePiece(document: JsonObject, { document: piece, corner }: Piece, at: Position): Pasted {
  const moved = ({ x, y }: Position): Position => ({ x: Math.round(x - corner.x + at.x), y: Math.round(y - corner.y + at.y) });
  const ids = freshIds(document, [...stepsOf(piece).keys()]);
  const isThere = (id: string) => stepsOf(document).has(id);
  const steps = [...stepsOf(piece)].map(([id, step]): [string, JsonObject] => {
    const linked = outcomesOf(step).reduce((changed, outcome) => {
      const target = outcome.target === null ? undefined : ids.get(outcome.target);
      if (target !== undefined) {
        return withLink(changed, outcome, target);
      }
      return outcome.target === null || isThere(outcome.target) ? changed : withoutLink(changed, outcome);
    }, step);
    return [ids.get(id) ?? id, linked];
  });
  const places = positionsOf(piece);
  const unplaced = [...ids].filter(([id]) => !places.has(id)).map(([, id], index): [string, Position] => [id, { x: at.x + 40 * index, y: at.y + 40 * index }]);
  const placed = [...ids].flatMap(([before, id]): [string, Position][] => {
    const place = places.get(before);
    return place ? [[id, moved(place)]] : [];
  });
  const notes = new Set<string>();
  const withLayout: Edit = (changed) => {
    const grouped = groupsOf(piece).reduce(
      (left, group) => addGroup({ ...group, id: freshLayoutId(left, "groups"), steps: group.steps.map((step) => ids.get(step) ?? step) })(left),
      changed,
    );
    return notesOf(piece).reduce((left, note) => {
      const id = freshLayoutId(left, "notes");
      notes.add(id);
      return addNote({ ...note, id, ...moved(note) })(left);
    }, grouped);
  };
  const withTranslations: Edit = (changed) =>
    translated(piece, ids).reduce((left, [language, key, value]) => setAt(left, ["translations", language, key], value), changed);
  // Computed once, so that the notes' new ids are known.
  const after = together(...steps.map(([id, step]) => addStep(id, step)), moveSteps(new Map([...placed, ...unplaced])), withTranslations, withLayout)(document);
  return { edit: (now) => (now === document ? after : now), steps: new Set(ids.values()), notes };
}

/** New ids for steps that come in: their own where these are free. */
function freshIds(document: JsonObject, wanted: readonly string[]): ReadonlyMap<string, string> {
  const ids = new Map<string, string>();
  let taken = document;
  for (const id of wanted) {
    // Of `menu_2` the copy is `menu_3`, not `menu_2_2`.
    const fresh = stepsOf(taken).has(id) ? freshId(taken, id.replace(/_\d+$/, "")) : id;
    ids.set(id, fresh);
    taken = setAt(taken, ["steps", fresh], {});
  }
  return ids;
}

/** The translations of some steps, by language. */
function translationsOf(document: JsonObject, steps: ReadonlySet<string>): JsonObject {
  const { translations } = document;
  const languages = Object.entries(isObject(translations) ? translations : {}).map(([language, texts]): [string, JsonObject] => {
    const ofSteps = Object.entries(isObject(texts) ? texts : {}).filter(([key]) => steps.has(key.split(".")[0] ?? ""));
    return [language, Object.fromEntries(ofSteps)];
  });
  return Object.fromEntries(languages.filter(([, texts]) => Object.keys(texts).length > 0));
}

/** A piece's translations under the new ids of its steps. */
function translated(piece: JsonObject, ids: ReadonlyMap<string, string>): [string, string, Json][] {
  const languages = Object.entries(translationsOf(piece, new Set(ids.keys())));
  return languages.flatMap(([language, texts]) =>
    Object.entries(isObject(texts) ? texts : {}).map(([key, value]): [string, string, Json] => {
      const [step = "", ...rest] = key.split(".");
      return [language, [ids.get(step) ?? step, ...rest].join("."), value];
    }),
  );
}

/** A kind as an id; one that is no word gives `step`. */
function idFor(kind: string): string {
  return /^[a-z][a-z0-9_]*$/.test(kind) ? kind : "step";
}
