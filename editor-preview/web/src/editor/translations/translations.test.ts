import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";

import { getAt, type JsonObject } from "../json";
import { addLanguage, completeness, isSameLanguage, listed, readTag, removeLanguage, translate, translationOf } from "./languages";
import { changeOptionId } from "./renaming";
import { sourceTexts } from "./texts";

const read = (path: string) => JSON.parse(readFileSync(path, "utf8")) as JsonObject;
const schema = read("../../docs/reference/bot.schema.json");
const keys = (steps: JsonObject) => sourceTexts({ steps }, schema).map(({ key, shortKey, counts }) => `${key}${shortKey ? ` ${shortKey}` : ""}${counts ? "" : " ?"}`);

test("texts go by the key that translations have for them", () => {
  expect(
    keys({
      welcome: {
        type: "message",
        text: "Hola {{ contact.name }}",
        media: { kind: "image", link: "https://a.example/a.png" },
        buttons: [{ id: "buy", title: "Comprar", value: "yes", synonyms: ["compra"], goto: "menu" }, { title: "Nada" }],
        template: { name: "hello", parameters: { name: "{{ contact.name }}" } },
      },
      menu: { type: "list", text: "Elige", sections: [{ title: "S", rows: [{ id: "nine", title: "Nueve" }, { title: "Diez" }] }] },
    }),
  ).toEqual([
    "welcome.text",
    "welcome.media.link ?",
    "welcome.buttons.buy.title",
    "welcome.buttons.buy.synonyms ?",
    "welcome.buttons.1.title",
    "welcome.template.parameters.name ?",
    "menu.text",
    "menu.sections.0.title",
    "menu.sections.0.rows.nine.title menu.rows.nine.title",
    "menu.sections.0.rows.1.title",
  ]);
});

test("what customers never read is no text to translate", () => {
  expect(
    keys({
      a: { type: "handoff", to: { team: "t" }, text: "Un momento", summary: "Resumen" },
      b: { type: "internal_message", text: "Ojo" },
      c: { type: "set", fields: { "vars.x": "texto" } },
      d: { type: "ask", text: "¿Cuándo?", expect: "date", min: "2026-01-01" },
      e: { type: "flow", flow: "f", button: "Abrir", data: { greeting: "Hola" } },
    }),
  ).toEqual(["a.text", "d.text", "e.button", "e.data.greeting"]);
});

test.each(readdirSync("../../bots").filter((name) => /^[a-z_]+\.json$/.test(name)))("%s: every key that it translates is found", (name) => {
  const bot = read(`../../bots/${name}`);
  const known = new Set(sourceTexts(bot, schema).flatMap(({ key, shortKey }) => [key, shortKey]));
  const translated = Object.values((bot.translations ?? {}) as JsonObject).flatMap((texts) => Object.keys(texts as JsonObject));
  // Synonyms may be there in one language only.
  expect(translated.filter((key) => !known.has(key) && !key.endsWith(".synonyms"))).toEqual([]);
});

const document: JsonObject = {
  language: "es",
  steps: { menu: { type: "list", text: "Elige", button: "Ver", sections: [{ rows: [{ id: "nine", title: "Nueve" }] }] } },
  translations: { en: { "menu.rows.nine.title": "Nine" } },
};
const texts = sourceTexts(document, schema);

test("a translation is found and changed under the key that it has", () => {
  const row = texts.find(({ key }) => key.endsWith("nine.title"))!;
  expect(translationOf(document, "en", row)).toBe("Nine");
  const changed = translate("en", row, "No. nine")(document);
  expect(getAt(changed, ["translations", "en"])).toEqual({ "menu.rows.nine.title": "No. nine" });
  expect(getAt(translate("en", row, "")(changed), ["translations", "en"])).toEqual({});
  expect(getAt(translate("pt-BR", row, "Nove")(document), ["translations", "pt-BR"])).toEqual({ "menu.sections.0.rows.nine.title": "Nove" });
});

test("what misses comes first, and is counted", () => {
  expect(completeness(document, "en", texts)).toEqual({ done: 1, all: 3 });
  const found = (find: string, missingOnly: boolean) => listed(texts, document, "en", { find, missingOnly }).map(({ key }) => key);
  expect(found("", false)).toEqual(["menu.text", "menu.button", "menu.sections.0.rows.nine.title"]);
  expect(found("", true)).toEqual(["menu.text", "menu.button"]);
  expect(found("nine", false)).toEqual(["menu.sections.0.rows.nine.title"]);
});

test("languages come and go", () => {
  expect(addLanguage("fr")(document).translations).toEqual({ en: { "menu.rows.nine.title": "Nine" }, fr: {} });
  expect("translations" in removeLanguage("en")(document)).toBe(false);
  expect([readTag("pt_br"), readTag("espa ñol"), readTag("")]).toEqual(["pt-BR", undefined, undefined]);
  expect(isSameLanguage("pt_BR", "pt-br")).toBe(true);
});

test("another id of an option takes its translations along", () => {
  const texts = { "a.text": "Hola", "a.buttons.buy.title": "Comprar", "a.buttons.buyer.title": "Comprador" };
  const bot: JsonObject = { steps: { a: { type: "message", buttons: [{ id: "buy", title: "Buy" }, { id: "buyer", title: "Buyer" }] } }, translations: { es: texts, pt: {} } };
  const changed = changeOptionId("a", ["buttons", 0], "order")(bot);
  expect(getAt(changed, ["steps", "a", "buttons", 0])).toEqual({ id: "order", title: "Buy" });
  expect(changed.translations).toEqual({ es: { "a.text": "Hola", "a.buttons.order.title": "Comprar", "a.buttons.buyer.title": "Comprador" }, pt: {} });
  expect(changeOptionId("a", ["buttons", 0], "buy")(changed)).toEqual(bot);
  expect(changeOptionId("a", ["buttons", 0], undefined)(bot).translations).toMatchObject({ es: { "a.buttons.0.title": "Comprar" } });
  // An id that another one has is an error of the bot; the translations of neither are lost.
  expect(changeOptionId("a", ["buttons", 0], "buyer")(bot).translations).toEqual(bot.translations);
});

test("a row is known without its section, too", () => {
  const bot: JsonObject = {
    steps: { a: { type: "list", sections: [{ title: "S", rows: [{ id: "tea", title: "Tea", description: "Hot" }] }] } },
    translations: { es: { "a.rows.tea.title": "Té", "a.sections.0.rows.tea.description": "Caliente" } },
  };
  const changed = changeOptionId("a", ["sections", 0, "rows", 0], "mate")(bot);
  expect(changed.translations).toEqual({ es: { "a.rows.mate.title": "Té", "a.sections.0.rows.mate.description": "Caliente" } });
});
