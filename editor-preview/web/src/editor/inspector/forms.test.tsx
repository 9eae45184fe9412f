// @vitest-environment jsdom
import { cleanup, fireEvent, within } from "@testing-library/react";
import { afterEach, expect, test } from "vitest";

import { isObject, type Json, type JsonObject, type Path, pathId, setAt } from "../json";
import { objectLayout, stepLayout, triggerLayout } from "./layout";
import type { Key, ObjectShape, Shape } from "./schema";
import { exampleOf, schema, showForm } from "./testing";
import { blankOf } from "./values";

afterEach(cleanup);

const kinds = [...schema.steps].map(([kind, shape]): [string, ObjectShape] => [kind, shape]);
const botWith = (step: JsonObject): JsonObject => ({ start: "a", steps: { a: step } });

/** A value that is written in full, so that its field holds something. */
function sample({ shape }: Key): Json {
  return shape.type === "string" ? "x" : shape.type === "list" ? [shape.of.type === "string" ? "x" : blankOf(shape.of)] : blankOf(shape);
}

test.each(kinds)("%s: every key of the language has a field", (kind, shape) => {
  const step: JsonObject = { type: kind, ...Object.fromEntries(shape.keys.map((key) => [key.name, sample(key)])) };
  const { container } = showForm(botWith(step), "a");
  const paths = [...container.querySelectorAll("[data-path]")].map((field) => field.getAttribute("data-path") ?? "");
  const without = shape.keys.filter(({ name }) => !paths.some((path) => path === name || path.startsWith(`${name}.`)));
  expect(without.map(({ name }) => name)).toEqual([]);
});

test.each(kinds)("%s: what its example does not hold is in the menu", (kind, shape) => {
  const { container } = showForm(botWith(exampleOf(kind)), "a");
  const shown = new Set([...container.querySelectorAll("[data-path]")].map((field) => field.getAttribute("data-path")?.split(".")[0]));
  const absent = shape.keys.filter(({ name }) => !shown.has(name));
  const add = container.querySelectorAll<HTMLElement>(".inspector > .fields > .add");
  expect(add).toHaveLength(1);
  fireEvent.click(add[0] as HTMLElement);
  expect(document.querySelectorAll("[role=menuitem]")).toHaveLength(absent.length);
});

test.each(kinds)("%s: a text that is edited changes that text alone", (kind) => {
  const before = botWith(exampleOf(kind));
  const { container, editor } = showForm(before, "a");
  const field = textFields(container, before).find(({ value }) => value !== "");
  if (!field) {
    // Nothing in these is a text: a box to tick, and numbers with links.
    expect(["opt", "split"]).toContain(kind);
    return;
  }
  fireEvent.change(field.element, { target: { value: `${field.value}!` } });
  expect(editor.getState().history.document).toEqual(setAt(before, ["steps", "a", ...field.path], `${field.value}!`));
  fireEvent.change(field.element, { target: { value: field.value } });
  expect(JSON.stringify(editor.getState().history.document)).toBe(JSON.stringify(before));
});

test("what the schema does not have is shown, kept and can be taken out", () => {
  const { getByText, getByRole, getByLabelText, editor } = showForm(botWith({ type: "stop", x_future: { a: [1] } }), "a");
  getByText("x_future");
  fireEvent.change(getByLabelText("Outcome"), { target: { value: "done" } });
  expect(editor.getState().history.document.steps).toEqual({ a: { type: "stop", x_future: { a: [1] }, outcome: "done" } });
  fireEvent.click(getByRole("button", { name: "Take out" }));
  expect(editor.getState().history.document.steps).toEqual({ a: { type: "stop", outcome: "done" } });
});

test.each(kinds)("%s: no two controls have the same name", (kind, shape) => {
  let words = 0;
  const word = () => `word ${(words += 1)}`;
  const step: JsonObject = { type: kind, ...Object.fromEntries(shape.keys.map((key) => [key.name, full(key.shape, word)])) };
  const { container } = showForm(botWith(step), "a");
  expect(namesTwice(container)).toEqual([]);
});

test("the bot: no two controls have the same name", () => {
  const hours = { "mon-fri": ["9:00-13:00", "14:00-18:00"], sat: ["9:00-13:00"], "2026-12-24": [], "2026-12-31": ["9:00-13:00"] };
  const triggers: JsonObject[] = [{ on: "message", keywords: ["hi"] }, { on: "message", any: true }, { on: "stage", stage: "new" }, { on: "stage", stage: "won" }];
  const { container } = showForm({ start: "a", steps: { a: { type: "stop" } }, triggers, hours, variables: { n: { type: "integer" }, m: { type: "integer" } }, knowledge: { shop: { text: "Hi" }, team: { text: "We" } } });
  expect(namesTwice(container)).toEqual([]);
});

test("a text that is cleared is taken out, unless the step must have it", () => {
  const { getByLabelText, editor } = showForm(botWith({ type: "handoff", text: "Hi", to: { team: "sales" } }), "a");
  fireEvent.change(getByLabelText("Text", { exact: true }), { target: { value: "" } });
  expect(editor.getState().history.document.steps).toEqual({ a: { type: "handoff", to: { team: "sales" } } });
  cleanup();
  const list = showForm(botWith({ type: "list", text: "Hi", sections: [] }), "a");
  fireEvent.change(list.getByLabelText("Text", { exact: true }), { target: { value: "" } });
  expect(list.editor.getState().history.document.steps).toEqual({ a: { type: "list", text: "", sections: [] } });
});

test("buttons are added with ids of their own, moved, doubled and taken out", () => {
  const { getByRole, getByText, getByTitle, editor } = showForm(botWith({ type: "message", text: "Hi", buttons: [{ id: "option_1", title: "A", goto: "a" }] }), "a");
  const buttons = () => (editor.getState().history.document.steps as { a: { buttons?: JsonObject[] } }).a.buttons;
  const choose = (button: string, command: string) => {
    fireEvent.click(getByTitle(`More for ${button}`));
    fireEvent.click(within(getByRole("menu")).getByText(command));
  };
  fireEvent.click(getByText("Add button"));
  expect(buttons()).toEqual([{ id: "option_1", title: "A", goto: "a" }, { id: "option_2", title: "Option 2" }]);
  choose("Button 2", "Move up");
  choose("Button 2", "Duplicate");
  expect(buttons()?.map(({ id, title }) => [id, title])).toEqual([["option_2", "Option 2"], ["option_1", "A"], ["option_3", "A"]]);
  choose("Button 1", "Remove");
  choose("Button 1", "Remove");
  choose("Button 1", "Remove");
  expect(buttons()).toBeUndefined();
});

test("an option's id is taken when it is complete, with its translations", () => {
  const bot = { ...botWith({ type: "message", text: "Hi", buttons: [{ id: "buy", title: "A", goto: "a" }] }), translations: { es: { "a.buttons.buy.title": "B" } } };
  const { container, getByRole, getByTitle, editor } = showForm(bot, "a");
  fireEvent.click(getByTitle("More for Button 1"));
  fireEvent.click(within(getByRole("menu")).getByText("Show id"));
  const id = container.querySelector('[data-path="buttons.0.id"]') as HTMLInputElement;
  fireEvent.change(id, { target: { value: "ord" } });
  expect(editor.getState().history.document).toBe(bot);
  fireEvent.change(id, { target: { value: "order" } });
  fireEvent.blur(id);
  expect(editor.getState().history.document).toEqual({ ...botWith({ type: "message", text: "Hi", buttons: [{ id: "order", title: "A", goto: "a" }] }), translations: { es: { "a.buttons.order.title": "B" } } });
  editor.getState().undo();
  expect(editor.getState().history.document).toBe(bot);
});

test("a template that the account knows has a field for each of its variables", () => {
  const templates = [{ name: "order", language: "en", category: "utility", status: "APPROVED", parameters: ["1", "2"] }];
  const { getByLabelText, editor } = showForm(botWith({ type: "template", name: "order" }), "a", { templates });
  fireEvent.change(getByLabelText("{{2}}"), { target: { value: "Ana" } });
  expect(editor.getState().history.document.steps).toEqual({ a: { type: "template", name: "order", parameters: ["", "Ana"] } });
});

test("a template shows what it says, and what it needs is added in one go", () => {
  const content = { header: { format: "image" }, body: "Your order {{1}} is on its way.", buttons: [{ type: "quick_reply", text: "Thanks" }, { type: "url", text: "Track", url: "https://a.example/{{1}}" }] };
  const templates = [{ name: "order", language: "en", category: "utility", status: "APPROVED", parameters: ["1"], content }];
  const { getByRole, queryByRole, editor } = showForm(botWith({ type: "template", name: "order" }), "a", { templates });
  const said = getByRole("figure", { name: "What the template says" });
  expect(within(said).getAllByText(/./).map((part) => part.textContent)).toEqual(expect.arrayContaining(["Image", content.body, "Thanks", "Track"]));
  fireEvent.click(within(said).getByRole("button", { name: "Add what the template needs" }));
  const filled = { type: "template", name: "order", header: { kind: "image", link: "" }, buttons: [{ title: "Thanks" }, { url_suffix: "" }] };
  expect(editor.getState().history.document.steps).toEqual({ a: filled });
  expect(queryByRole("button", { name: "Add what the template needs" })).toBeNull();
  editor.getState().undo();
  expect(editor.getState().history.document.steps).toEqual({ a: { type: "template", name: "order" } });
});

test("a condition is built of rows, and of another form it is code", () => {
  const { getByLabelText, getByRole, queryByLabelText, editor } = showForm(botWith({ type: "condition", branches: [{ when: "", goto: "a" }] }), "a");
  const when = () => (editor.getState().history.document.steps as { a: { branches: { when: string }[] } }).a.branches[0]?.when;
  fireEvent.change(getByLabelText(/^What is compared/), { target: { value: "vars.score" } });
  fireEvent.change(getByLabelText(/^Comparison/), { target: { value: ">=" } });
  fireEvent.change(getByLabelText(/^Value, /), { target: { value: "50" } });
  expect(when()).toBe("vars.score >= 50");
  fireEvent.click(getByRole("button", { name: /^as code/ }));
  fireEvent.change(getByLabelText("Condition, Branch 1"), { target: { value: "matches(answer, \"x\")" } });
  expect(when()).toBe("matches(answer, \"x\")");
  expect(queryByLabelText(/^What is compared/)).toBeNull();
});

test("the bot has fields for all that is not its steps", () => {
  const bot = { name: "B", start: "a", steps: { a: { type: "stop" } }, triggers: [{ on: "message", any: true }], hours: { "mon-fri": ["9:00-18:00"] }, variables: { n: { type: "integer" } }, knowledge: { shop: { text: "Hi" } } };
  const { container, getByLabelText, getByText, editor } = showForm({ ...bot, defaults: { failed: "a" }, limits: { sends_per_hour: 1 } });
  const shown = new Set([...container.querySelectorAll("[data-path]")].map((field) => field.getAttribute("data-path")?.split(".")[0]));
  expect(["name", "language", "timezone", "triggers", "start", "hours", "variables", "defaults", "limits", "knowledge"].filter((key) => !shown.has(key))).toEqual([]);
  fireEvent.change(getByLabelText("Trigger 1"), { target: { value: "stage" } });
  fireEvent.change(getByLabelText("Stage, Trigger 1"), { target: { value: "new" } });
  fireEvent.click(getByText("Add trigger"));
  expect(editor.getState().history.document.triggers).toEqual([{ on: "stage", stage: "new" }, { on: "message" }]);
  fireEvent.change(getByLabelText(/^To, /), { target: { value: "17:30" } });
  expect(editor.getState().history.document.hours).toEqual({ "mon-fri": ["9:00-17:30"] });
});

test("a variable stays when its type is cleared, and a source of knowledge keeps what is not its text", () => {
  const { getByLabelText, editor } = showForm({ start: "a", steps: {}, variables: { n: { type: "integer" } }, knowledge: { shop: { text: "Hi", url: 1 } } });
  fireEvent.change(getByLabelText("Type, n, Variables"), { target: { value: "" } });
  fireEvent.change(getByLabelText("Text, shop, Knowledge"), { target: { value: "Bye" } });
  expect(editor.getState().history.document).toEqual({ start: "a", steps: {}, variables: { n: {} }, knowledge: { shop: { text: "Bye", url: 1 } } });
});

test("the layouts name no key that the language does not have", () => {
  const unknown = (shape: ObjectShape, names: readonly string[]) => names.filter((name) => !shape.keys.some((key) => key.name === name));
  for (const [kind, shape] of schema.steps) {
    const { order, open } = stepLayout(kind);
    expect(unknown(shape, [...order, ...open]), kind).toEqual([]);
  }
  for (const [on, shape] of schema.triggers) {
    const { order, open } = triggerLayout(on);
    expect(unknown(shape, [...order, ...open]), on).toEqual([]);
  }
  for (const shape of objectsIn([schema.bot, ...schema.steps.values()])) {
    const { order, open, folded = [] } = objectLayout(shape, "");
    expect(unknown(shape, [...order, ...open, ...folded]), shape.name).toEqual([]);
  }
});

/** Every object inside of shapes. */
function objectsIn(shapes: readonly Shape[]): ObjectShape[] {
  return shapes.flatMap((shape): ObjectShape[] => {
    switch (shape.type) {
      case "object":
        return [shape, ...objectsIn(shape.keys.filter(({ name }) => name !== "steps").map((key) => key.shape))];
      case "list":
      case "map":
        return objectsIn([shape.of]);
      case "either":
        return objectsIn(shape.cases);
      default:
        return [];
    }
  });
}

/** A value that holds all that it can: of each list two entries, of a choice an object where it can be one. Each of its words is another one. */
function full(shape: Shape, word: () => string): Json {
  switch (shape.type) {
    case "object":
      return Object.fromEntries(shape.keys.map((key) => [key.name, full(key.shape, word)]));
    case "list":
      return [full(shape.of, word), full(shape.of, word)];
    case "map":
      return { [word()]: full(shape.of, word), [word()]: full(shape.of, word) };
    case "either":
      return full(shape.cases.find(({ type }) => type === "object") ?? (shape.cases[0] as Shape), word);
    case "string":
      return shape.kind === "link" ? "a" : word();
    default:
      return blankOf(shape);
  }
}

/** The names that several controls have. */
function namesTwice(container: HTMLElement): string[] {
  const names = [...container.querySelectorAll<HTMLElement>("button, input, select, textarea")].map(nameOf);
  expect(names).not.toContain("");
  return names.filter((name, index) => names.indexOf(name) !== index);
}

/** What a control is called. */
function nameOf(control: HTMLElement): string {
  const texts = (ids: string) => ids.split(" ").map((id) => (id === control.id ? control.textContent : document.getElementById(id)?.textContent));
  const labelled = control.getAttribute("aria-labelledby");
  const label = control.id === "" ? null : document.querySelector(`label[for="${control.id}"]`);
  return (labelled ? texts(labelled).join(" ") : (control.getAttribute("aria-label") ?? label?.textContent ?? control.closest("label")?.textContent ?? control.textContent)).trim();
}

/** The fields that hold a text of the step as it is. */
function textFields(container: HTMLElement, document: JsonObject): { element: HTMLElement; path: Path; value: string }[] {
  const step = (document.steps as JsonObject).a;
  const fields = [...container.querySelectorAll<HTMLInputElement>("input:not([type])[data-path], textarea[data-path]")];
  return texts(step, []).flatMap(({ path, value }) => {
    const element = fields.find((field) => field.getAttribute("data-path") === pathId(path) && field.value === value);
    return element ? [{ element, path, value }] : [];
  });
}

function texts(value: Json | undefined, path: Path): { path: Path; value: string }[] {
  if (typeof value === "string") {
    return [{ path, value }];
  }
  if (Array.isArray(value)) {
    return value.flatMap((inner, index) => texts(inner, [...path, index]));
  }
  return isObject(value) ? Object.entries(value).flatMap(([key, inner]) => texts(inner, [...path, key])) : [];
}
