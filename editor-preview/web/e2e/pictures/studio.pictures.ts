import { join } from "node:path";

import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";

import { card } from "../graph";
import { startConnected } from "../mock";
import { type Server, startServer } from "../server";
import { BOTS, says, send } from "../stories";
import { camera, field, startCamera } from "./camera";

/** Where the pictures go; they are for looking at, and not kept. */
const FOLDER = process.env.STUDIO_PICTURES ?? new URL("../../../../target/pictures/", import.meta.url).pathname;
const SHIPPED = new URL("../../../../bots", import.meta.url).pathname;

/** A connected account: the folder of its bots, with a form, and its templates. */
const ACCOUNT = new URL("./account", import.meta.url).pathname;
const TEMPLATES = new URL("./templates.json", import.meta.url).pathname;

let server: Server;
let browser: Browser;

beforeAll(async () => {
  [server, browser] = await Promise.all([startServer(SHIPPED), startCamera()]);
});
afterAll(async () => {
  await browser?.close();
  await server?.stop();
});

async function call(on: Server, method: string, path: string, body: unknown): Promise<void> {
  const answer = await fetch(`${on.url}/api/v1/${path}`, { method, headers: { "content-type": "application/json" }, body: JSON.stringify(body) });
  expect([path, answer.status]).toEqual([path, 200]);
}

const image = { kind: "image", link: "https://flores.example/ramo.jpg" };
const option = (id: string, title: string, goto: string) => ({ id, title, goto });

/** A bot that says one message of each kind. */
const KINDS = {
  format: 1,
  name: "Floristería Camelia",
  language: "es",
  triggers: [{ on: "message", any: true }],
  start: "text",
  steps: {
    text: { type: "message", text: "*¡Hola!* Hoy tenemos _rosas frescas_ a ~30 €~ 24 €.\nhttps://flores.example/hoy", next: "media" },
    media: { type: "message", text: "Así llegaron esta mañana", media: image, next: "document" },
    document: { type: "message", media: { kind: "document", link: "https://flores.example/catalogo.pdf", filename: "catalogo.pdf" }, next: "voice" },
    voice: { type: "message", media: { kind: "audio", link: "https://flores.example/saludo.ogg" }, next: "link" },
    link: { type: "message", text: "El catálogo entero está en la página.", link: { title: "Ver catálogo", url: "https://flores.example" }, next: "place" },
    place: { type: "message", location: { latitude: "4.6534", longitude: "-74.0836", name: "Floristería Camelia", address: "Carrera 7 # 72-41" }, next: "contact" },
    contact: { type: "message", contacts: [{ name: "Marta Ruiz", phones: ["+573001234567"] }], next: "buttons" },
    buttons: { type: "message", text: "¿Qué te gustaría hacer?", buttons: [option("a", "Pedir un ramo", "list"), option("b", "Hablar con alguien", "list")] },
    list: { type: "list", text: "¿Para qué ocasión?", button: "Ver ocasiones", sections: [{ title: "Celebrar", rows: [option("c", "Cumpleaños", "cards"), option("d", "Boda", "cards")] }] },
    cards: { type: "carousel", text: "Estos son los ramos de hoy.", cards: ["Alba", "Brisa", "Coral"].map((name) => ({ media: image, text: `*${name}*, 12 rosas`, buttons: [option(name.toLowerCase(), `Quiero ${name}`, "ask")] })) },
    ask: { type: "ask", text: "¿A qué dirección lo llevamos?", expect: "text", save: "vars.address", next: "where" },
    where: { type: "location_request", text: "Envíanos tu ubicación, por favor.", next: "bye" },
    bye: { type: "message", text: "¡Gracias! Llega hoy antes de las seis." },
  },
};

/** A bot that sells: templates of a connected account, products, a form. */
const SHOP = {
  format: 1,
  name: "Floristería Camelia",
  language: "es",
  triggers: [{ on: "message", any: true }],
  start: "template",
  steps: {
    template: {
      type: "template",
      name: "ramo_en_camino",
      language: "es",
      header: image,
      parameters: { nombre: "{{ contact.first_name ?? \"cliente\" }}", ramo: "Alba", hora: "18:00" },
      buttons: [option("a", "Estoy en casa", "carousel"), option("b", "Dejarlo en portería", "carousel"), { url_suffix: "1042" }],
    },
    carousel: { type: "template", name: "ramos_de_mayo", language: "es", cards: ["Brisa", "Coral"].map((name) => ({ header: image, parameters: [name], buttons: [option(name.toLowerCase(), "Lo quiero", "product")] })) },
    product: { type: "product", catalog: "7001", product: "ramo-coral", text: "Este es el que más gusta.", next: "products", otherwise: "products", attempts: 0 },
    products: { type: "product", catalog: "7001", header: "Para acompañar", text: "¿Le agregamos algo?", sections: [{ title: "Detalles", products: ["tarjeta", "chocolates"] }], next: "form", otherwise: "form", attempts: 0 },
    form: { type: "flow", flow: "entrega", text: "¿Cuándo y dónde lo entregamos?", button: "Elegir entrega", next: "bye" },
    bye: { type: "message", text: "¡Gracias!" },
  },
};

for (const theme of ["light", "dark"] as const) {
  test(`the editor, a preview and what is wrong, ${theme}`, async () => {
    const { page, take } = await camera(browser, server, join(FOLDER, theme), theme);
    await page.goto("/bots");
    await page.getByRole("link", { name: "Reserva de citas" }).waitFor();
    await take("bots");
    await page.goto("/bots/lead_qualification");
    await page.locator(".react-flow__node").first().waitFor();
    await page.locator(".react-flow__node").first().locator(".card-head").click();
    await take("editor");

    await call(server, "PUT", `bots/kinds_${theme}/draft`, KINDS);
    await page.goto(`/bots/kinds_${theme}`);
    await page.getByRole("button", { name: "0 errors" }).waitFor();
    await page.getByRole("tab", { name: "Preview" }).click();
    await send(page, "hola");
    await says(page, /Qué te gustaría/);
    const log = page.getByRole("log");
    await log.getByText("rosas frescas").scrollIntoViewIfNeeded();
    await take("preview-texts");
    await log.getByRole("button", { name: "Pedir un ramo" }).click();
    await says(page, /ocasión/);
    await take("preview-buttons");
    await log.getByRole("button", { name: "Ver ocasiones" }).click();
    const sheet = page.getByRole("dialog", { name: "Ver ocasiones" });
    await sheet.getByText("Cumpleaños").click();
    await take("preview-list");
    await sheet.getByRole("button", { name: "Send" }).click();
    await says(page, /ramos de hoy/);
    await take("preview-cards");
    await log.getByRole("button", { name: "Quiero Alba" }).click();
    await says(page, /dirección/);
    await send(page, "Calle 93 # 11-27");
    await says(page, /ubicación/);
    await take("preview-location");
    await page.getByRole("tab", { name: "Trace" }).click();
    await take("trace");
    await page.getByRole("tab", { name: "Variables" }).click();
    await take("variables");
  });

  test(`templates of the account, products and a form, ${theme}`, async () => {
    const own = await startConnected(ACCOUNT, "--templates", TEMPLATES);
    try {
      const { page, take } = await camera(browser, own.server, join(FOLDER, theme), theme);
      await expect.poll(async () => ((await (await fetch(`${own.server.url}/api/v1/templates`)).json()) as unknown[]).length).toBe(2);
      await call(own.server, "PUT", "bots/shop/draft", SHOP);
      await page.goto("/bots/shop");
      await page.getByRole("button", { name: "0 errors" }).waitFor();
      await card(page, "template").locator(".card-head").click();
      await take("inspector-template");
      await page.getByRole("tab", { name: "Preview" }).click();
      await send(page, "hola");
      await says(page, /va en camino/);
      const log = page.getByRole("log");
      await log.getByText("See all options").click();
      await take("preview-template");
      await page.keyboard.press("Escape");
      await log.getByRole("button", { name: "Estoy en casa" }).click();
      await says(page, /ramos de mayo/);
      await take("preview-template-cards");
      await log.getByRole("button", { name: "Lo quiero" }).last().click();
      await says(page, /más gusta/);
      await send(page, "¿Y para acompañar?");
      await says(page, /agregamos algo/);
      await take("preview-products");
      await send(page, "Nada más");
      await says(page, /Cuándo y dónde/);
      await log.getByText("Elegir entrega").click();
      await page.getByRole("dialog").getByLabel("Dirección").waitFor();
      await take("preview-form");
    } finally {
      await own.stop();
    }
  });

  test(`problems, what differs, and a replay, ${theme}`, async () => {
    const own = await startServer(BOTS);
    try {
      const { page, take } = await camera(browser, own, join(FOLDER, theme), theme);
      const say = (what: { text: string } | { tap: string }) => call(own, "POST", "sandbox/messages", { from: "+573001234567", name: "Lucía Torres", ...what });
      await say({ text: "hola" });
      await say({ tap: "Pedir café" });
      await say({ tap: "Huila" });
      await say({ text: "3" });
      await page.goto("/sessions");
      await page.getByRole("link", { name: "Lucía Torres" }).waitFor();
      await take("sessions");
      await page.getByRole("link", { name: "Lucía Torres" }).click();
      await says(page, /Te esperamos/);
      await take("replay");

      await page.goto("/bots/cafe");
      await page.locator(".react-flow__node").first().waitFor();
      await page.getByRole("treeitem", { name: "Bienvenida" }).click();
      await field(page, "Button 1").fill("Pedir el mejor café de la ciudad");
      await field(page, "Text").fill("¡Hola, {{ contact.firstname }}! ¿Qué necesitas?");
      await page.locator("#problems > summary").click();
      await expect.poll(() => page.locator(".problem-line").count()).toBeGreaterThan(1);
      await take("problems");
      await page.locator("#problems > summary").click();

      await field(page, "Button 1").fill("Pedir un café");
      await field(page, "Text").fill("¡Hola, {{ contact.first_name }}! ¿Qué necesitas?");
      await card(page, "hours").locator(".card-head").click();
      await field(page, "Text").fill("Abrimos de 8 a 22 h, todos los días.");
      await page.getByText("Draft · live is v1").waitFor();
      await page.locator(".top-bar").getByRole("button", { name: "Publish", exact: true }).click();
      const dialog = page.getByRole("dialog", { name: "Publish this bot" });
      await dialog.getByText("2 steps changed").waitFor();
      await dialog.getByText("Bienvenida").click();
      await take("diff");
      await page.keyboard.press("Escape");
      await page.goto("/settings");
      await page.getByText("No number is connected").waitFor();
      await take("settings");
    } finally {
      await own.stop();
    }
  });
}
