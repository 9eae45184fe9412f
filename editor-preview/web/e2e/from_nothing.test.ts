import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import type { Browser, Locator, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";

import { startBrowser, violations } from "./browser";
import { card, center, drag, edge, type Point, port } from "./graph";
import { type Connected, startConnected } from "./mock";
import { place, says, shot, studio } from "./stories";

const CUSTOMER = "+5511987654321";

let connected: Connected;
let browser: Browser;

beforeAll(async () => {
  [connected, browser] = await Promise.all([startConnected(), startBrowser()]);
});
afterAll(async () => {
  await browser?.close();
  await connected?.stop();
});

/** Waits for the menu of steps, and takes what is typed from it. */
async function pick(page: Page, typed: string): Promise<void> {
  const menu = page.getByRole("dialog", { name: "Adicionar passo" });
  await menu.getByRole("combobox").fill(typed);
  await page.keyboard.press("Enter");
  await menu.waitFor({ state: "detached" });
}

/** The + beside a port of a card. */
async function addAfter(page: Page, step: string, way: string, typed: string): Promise<void> {
  await card(page, step).hover();
  await card(page, step).getByRole("button", { name: `Adicionar um passo depois de “${way}”` }).click();
  await pick(page, typed);
}

function field(page: Page, name: string) {
  return page.getByLabel(name, { exact: true });
}

/** A field of something inside of the step: its name goes on with what it belongs to. */
function owned(page: Page, name: string) {
  return page.getByLabel(new RegExp(`^${name}, `));
}

/** What is seen of a port: its dot, at the right end of what can be taken hold of. */
async function dot(target: Locator): Promise<Point> {
  const { x, y, width, height } = (await target.boundingBox())!;
  return { x: x + (width * 19) / 24, y: y + height / 2 };
}

/** Waits until a card has stood in its place for a while: the canvas moves with care. */
async function rests(target: Locator): Promise<void> {
  let [before, times] = ["", 0];
  const still = async () => {
    const now = JSON.stringify(await target.boundingBox());
    times = now === before ? times + 1 : 0;
    before = now;
    return times;
  };
  await expect.poll(still, { interval: 100 }).toBeGreaterThan(3);
}

/** In the preview, as the customer. */
async function write(page: Page, text: string): Promise<void> {
  await page.getByRole("textbox", { name: "Digite uma mensagem" }).fill(text);
  await page.keyboard.press("Enter");
}

/** What the customer's phone got: the text, and the titles of its buttons. */
interface Received {
  text: string;
  buttons: string[];
}

interface Sent {
  body: { text?: { body: string }; interactive?: { body: { text: string }; action: { buttons: { reply: { title: string } }[] } } };
}

async function received(): Promise<Received[]> {
  const sent = (await connected.mock(`messages?to=${encodeURIComponent(CUSTOMER)}`)) as Sent[];
  return sent.map(({ body: { text, interactive } }) => ({
    text: text?.body ?? interactive!.body.text,
    buttons: interactive?.action.buttons.map(({ reply }) => reply.title) ?? [],
  }));
}

test("a bot is built from nothing in the studio, rehearsed, published, and answers a customer on WhatsApp", async () => {
  const { server, mock } = connected;
  const { page, wrong } = await studio(browser, server, "/bots", { locale: "pt-BR", viewport: { width: 1600, height: 1000 } });

  await page.getByRole("button", { name: "Em branco" }).click();
  await field(page, "Nome do bot").fill("Padaria da Praça");
  await page.keyboard.press("Enter");
  await page.waitForURL("**/bots/padaria_da_praca");

  // The first message is there, and wants its words.
  await card(page, "welcome").locator(".card-head").click();
  await field(page, "Texto").fill("Oi, {{ contact.first_name }}! Aqui é a Padaria da Praça.");

  // Reply buttons, by the menu.
  await card(page, "welcome").focus();
  await page.keyboard.press("/");
  await pick(page, "botões");
  await field(page, "Texto").fill("O que você precisa?");
  await field(page, "Botão 1").fill("Encomendar");
  await field(page, "Botão 2").fill("Falar com alguém");

  // A question behind the first button, by the + of its port.
  await addAfter(page, "message", "Encomendar", "pergunta");
  await field(page, "Texto").fill("Quantos pães de queijo você quer?");
  await field(page, "Resposta esperada").selectOption({ label: "Número inteiro" });
  await field(page, "Salvar em").fill("vars.paes");
  await field(page, "Quando a resposta não serve").fill("Escreva um número, por favor.");

  // What it costs.
  await addAfter(page, "ask", "próximo", "definir");
  await page.getByPlaceholder("Adicionar campo").fill("vars.total");
  await page.keyboard.press("Enter");
  await owned(page, "Valor de vars.total").fill("{{ vars.paes * 2 }}");

  // Large orders are for people.
  await addAfter(page, "set", "próximo", "condição");
  await owned(page, "O que se compara").fill("vars.total");
  await owned(page, "Comparação").selectOption("≥");
  await owned(page, "Valor").fill("100");
  await page.getByRole("button", { name: /^Vai para/ }).first().click();
  await page.getByRole("combobox", { name: "Busque o passo" }).fill("transferir");
  await page.keyboard.press("Enter");
  await field(page, "Para").selectOption({ label: "Uma equipe" });
  await owned(page, "Equipe").fill("vendas");
  await field(page, "Texto").fill("Já chamo alguém da padaria.");

  // The others are told their price.
  await addAfter(page, "condition", "senão", "mensagem");
  await field(page, "Texto").fill("São {{ vars.total }} reais. Pode buscar amanhã a partir das 8 h!");

  // The second button leads to the same people, by dragging.
  const before = await place(card(page, "handoff"));
  await page.getByRole("button", { name: "Organizar" }).click();
  await expect.poll(() => place(card(page, "handoff"))).not.toBe(before);
  await page.getByRole("button", { name: "Ajustar" }).click();
  await edge(page, "condition otherwise").waitFor({ state: "attached" });
  await rests(card(page, "handoff"));
  await drag(page, await dot(port(page, "message", "buttons.1.goto")), await center(card(page, "handoff").locator(".card-summary")));
  await edge(page, "message buttons.1.goto").waitFor({ state: "attached" });
  await page.getByRole("button", { name: /0 erro.*0 aviso/ }).waitFor();
  await shot(page, "from-nothing-editor");
  expect(await violations(page)).toEqual([]);

  // A rehearsal becomes a test.
  await page.getByRole("tab", { name: "Prévia" }).click();
  await write(page, "oi");
  await says(page, "O que você precisa?");
  await page.getByRole("button", { name: "Encomendar" }).click();
  await says(page, /Quantos pães/);
  await write(page, "muitos");
  await says(page, /Escreva um número/);
  await write(page, "12");
  await says(page, /São 24 reais/);
  await shot(page, "from-nothing-preview");
  await page.getByRole("button", { name: "Mais", exact: true }).last().click();
  await page.getByRole("menuitem", { name: "Salvar como teste…" }).click();
  await field(page, "Nome do teste").fill("encomenda doze pães");
  const downloading = page.waitForEvent("download");
  await page.getByRole("button", { name: "Baixar" }).click();
  const tests = join(await mkdtemp(join(tmpdir(), "salesbot-tests-")), "padaria_da_praca.test.json");
  await (await downloading).saveAs(tests);
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: "Mais", exact: true }).last().click();
  await page.getByRole("menuitem", { name: "Executar testes…" }).click();
  await field(page, "Testes de outro arquivo").setInputFiles(tests);
  await page.getByText("1 passaram, 0 falharam").waitFor();
  await shot(page, "from-nothing-test");
  await page.keyboard.press("Escape");

  await page.getByRole("button", { name: "Publicar" }).click();
  const dialog = page.getByRole("dialog", { name: "Publicar este bot" });
  await dialog.getByText("Este bot nunca foi publicado. Ele tem 7 passos.").waitFor();
  await shot(page, "from-nothing-publish");
  await dialog.getByRole("button", { name: "Publicar" }).click();
  await dialog.getByText("A v1 está publicada.").waitFor();
  await dialog.getByRole("button", { name: "Fechar" }).click();

  // Now a customer writes on WhatsApp: signed webhooks come in, and answers go out to the Cloud API.
  const customer = `customer/${CUSTOMER}`;
  const hears = (...texts: string[]) => expect.poll(async () => (await received()).map(({ text }) => text)).toEqual(texts);
  const [greeting, menu, question, wrongNumber, price] = [
    "Oi, Ana! Aqui é a Padaria da Praça.",
    "O que você precisa?",
    "Quantos pães de queijo você quer?",
    "Escreva um número, por favor.",
    "São 24 reais. Pode buscar amanhã a partir das 8 h!",
  ] as const;
  await mock(`${customer}/text?name=Ana%20Souza`, { text: "boa tarde" });
  await hears(greeting, menu);
  expect((await received())[1]!.buttons).toEqual(["Encomendar", "Falar com alguém"]);
  await mock(`${customer}/tap`, { choice: "Encomendar" });
  await hears(greeting, menu, question);
  await mock(`${customer}/text`, { text: "muitos" });
  await hears(greeting, menu, question, wrongNumber);
  await mock(`${customer}/text`, { text: "12" });
  await hears(greeting, menu, question, wrongNumber, price);
  expect(await mock("rejections")).toEqual([]);

  // The session is listed, and is played again on the bot's graph.
  await page.getByRole("link", { name: "Sessões" }).click();
  await page.getByRole("row", { name: /Ana Souza/ }).getByText("Concluída").waitFor();
  await page.getByRole("link", { name: "Ana Souza" }).click();
  await says(page, price);
  await page.getByRole("button", { name: "Ao início" }).click();
  await page.getByText(price).and(page.getByRole("log").locator("*")).waitFor({ state: "detached" });
  await page.getByRole("button", { name: "Ao fim" }).click();
  await says(page, price);
  await expect.poll(() => page.locator(".is-taken").count()).toBe(5);
  await shot(page, "from-nothing-replay");
  expect(wrong).toEqual([]);
}, 120_000);
