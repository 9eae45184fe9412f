import { expect, test } from "vitest";

import type { Template, TemplateContent } from "../../api/account";
import { missingOf, templateOf } from "./templates";

const known = (name: string, language: string): Template => ({ name, language, category: "utility", status: "APPROVED", parameters: [] });

test("a template is found in its language, however that is written, and else in the bot's", () => {
  const templates = [known("order", "es"), known("order", "pt_BR")];
  expect(templateOf(templates, { name: "order", language: "pt-br" }, {})).toBe(templates[1]);
  expect(templateOf(templates, { name: "order" }, { language: "pt-BR" })).toBe(templates[1]);
  expect(templateOf(templates, { name: "order" }, { language: "es" })).toBe(templates[0]);
  expect(templateOf(templates, { name: "order" }, {})).toBeUndefined();
});

test("a step lacks what the template needs and it does not bring", () => {
  const content: TemplateContent = {
    header: { format: "video" },
    body: "Hi",
    buttons: [
      { type: "quick_reply", text: "Yes" },
      { type: "phone_number", text: "Call", number: "+1" },
      { type: "url", text: "See", url: "https://a.example/{{1}}" },
      { type: "url", text: "Shop", url: "https://a.example/" },
    ],
    cards: [{ header: { format: "image" }, body: "One", buttons: [{ type: "copy_code", text: "Copy" }] }],
  };
  const buttons = [{ title: "Yes" }, {}, { url_suffix: "" }];
  const cards = [{ header: { kind: "image", link: "" }, buttons: [{ code: "" }] }];
  expect(missingOf(content, {})).toEqual({ header: { kind: "video", link: "" }, buttons, cards });
  expect(missingOf(content, { header: {}, cards: [] })).toEqual({ buttons });
  expect(missingOf({ header: { format: "text", text: "Hi" }, body: "Hi", buttons: [{ type: "other", text: "Catalogue" }] }, {})).toEqual({});
});
