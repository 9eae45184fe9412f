import type { BrowserContextOptions } from "playwright-core";
import { describe, expect, test } from "vitest";

import { violations } from "./browser";
import { card, center, choose, type Draft, drag, draftOf, edge, emptyPlace, item, keepDraft, nothingToUndo, port, saved, undo } from "./graph";
import { beginWithCafe, BOTS, cafeFile, onStage, type Opened, place, shot } from "./stories";

const stage = onStage(BOTS);
beginWithCafe(stage);

const keep = (bot: string, document: string): Promise<void> => keepDraft(stage.server, bot, document);
const draft = (bot = "cafe"): Promise<Draft> => draftOf(stage.server, bot);

/** The café's bot in the editor, all of it in sight. */
async function cafe(options: BrowserContextOptions = {}): Promise<Opened> {
  const opened = await stage.open("/bots/cafe", { viewport: { width: 2200, height: 1100 }, ...options });
  await expect.poll(() => opened.page.locator(".react-flow__edge").count()).toBe(14);
  await expect.poll(() => opened.page.locator(".react-flow__viewport").getAttribute("style")).not.toContain("translate(0px, 0px) scale(1)");
  return opened;
}

describe("ways", () => {
  test("a port that is dragged to nothing asks for a step there, which it leads to", async () => {
    const { page, wrong } = await cafe();
    const at = await emptyPlace(page);
    await drag(page, await center(port(page, "bye", "next")), at);
    const dialog = page.getByRole("dialog", { name: "Add step" });
    await dialog.waitFor();
    const box = (await dialog.boundingBox())!;
    expect([Math.abs(box.x - at.x) < 2 || box.x < at.x, box.y <= at.y + 2]).toEqual([true, true]);
    await shot(page, "canvas-add");
    await dialog.getByRole("option", { name: /^Message/ }).click();
    await edge(page, "bye next").waitFor({ state: "attached" });
    const made = (await card(page, "message").boundingBox())!;
    expect([Math.abs(made.x - at.x) < 3, Math.abs(made.y - at.y) < 3]).toEqual([true, true]);
    await undo(page);
    await expect.poll(() => page.locator(".react-flow__edge").count()).toBe(14);
    await nothingToUndo(page);
    expect(wrong).toEqual([]);
  });

  test("the plus beside a port does the same, and one on the way of another puts a step between", async () => {
    const { page, wrong } = await cafe();
    await card(page, "bye").hover();
    await card(page, "bye").getByRole("button", { name: /Add a step after/ }).first().click();
    await page.getByRole("dialog").getByRole("option", { name: /^Hand off|^Handoff|^Hand/ }).first().click();
    await edge(page, "bye next").waitFor({ state: "attached" });
    await undo(page);
    await nothingToUndo(page);

    await edge(page, "hours next").locator(".react-flow__edge-interaction").click({ force: true });
    await page.locator('.react-flow__edge[data-id="hours next"].is-chosen').waitFor({ state: "attached" });
    await page.keyboard.press("/");
    await page.getByRole("dialog", { name: "Add step" }).waitFor();
    await page.keyboard.type("mess");
    await page.keyboard.press("Enter");
    await edge(page, "hours next").waitFor({ state: "attached" });
    await edge(page, "message next").waitFor({ state: "attached" });
    await saved(page);
    await expect.poll(async () => (await draft()).steps.message?.next).toBe("bye");
    expect((await draft()).steps.hours!.next).toBe("message");
    await undo(page);
    await nothingToUndo(page);
    expect(wrong).toEqual([]);
  });

  test("dropped on a card a way leads there, an edge's end goes elsewhere, and a card on an edge comes between", async () => {
    const { page, wrong } = await cafe();
    await drag(page, await center(port(page, "bye", "next")), await center(card(page, "welcome").locator(".card-summary")));
    await edge(page, "bye next").waitFor({ state: "attached" });
    await undo(page);
    await nothingToUndo(page);

    // Several edges end at that port: the chosen one is taken hold of.
    const pick = async () => {
      await edge(page, "hours next").locator(".react-flow__edge-interaction").click({ force: true });
      await page.locator('.react-flow__edge[data-id="hours next"].is-chosen').waitFor({ state: "attached" });
    };
    await pick();
    // The end of the edge from the hours to the goodbye goes to the person.
    await drag(page, await center(edge(page, "hours next").locator(".react-flow__edgeupdater-target")), await center(card(page, "to_human").locator(".card-summary")));
    await saved(page);
    await expect.poll(async () => (await draft()).steps.hours!.next).toBe("to_human");
    await undo(page);
    await nothingToUndo(page);

    await pick();
    // And its beginning to another port.
    await drag(page, await center(edge(page, "hours next").locator(".react-flow__edgeupdater-source")), await center(port(page, "reminder", "next")));
    await expect.poll(async () => (await draft()).steps.reminder!.next).toBe("bye");
    expect((await draft()).steps.hours!.next).toBeUndefined();
    await undo(page);
    await nothingToUndo(page);

    const middle = await edge(page, "hours next").locator("path.react-flow__edge-path").evaluate((path: SVGPathElement) => {
      const at = path.getPointAtLength(path.getTotalLength() / 2).matrixTransform(path.getScreenCTM()!);
      return { x: at.x, y: at.y };
    });
    await drag(page, await center(card(page, "reminder").locator(".card-head")), middle);
    await edge(page, "reminder next").waitFor({ state: "attached" });
    await expect.poll(async () => (await draft()).steps.hours!.next).toBe("reminder");
    expect((await draft()).steps.reminder!.next).toBe("bye");
    await undo(page);
    await expect.poll(() => page.locator(".react-flow__edge").count()).toBe(14);
    await nothingToUndo(page);
    expect(wrong).toEqual([]);
  });
});

describe("menus", () => {
  test("a card, an edge, a note and the canvas each have theirs, by mouse and by keyboard", async () => {
    const { page, wrong } = await cafe();
    await card(page, "hours").locator(".card-head").click({ button: "right" });
    await page.getByRole("menu", { name: "Commands for the step" }).waitFor();
    await shot(page, "canvas-menu");
    expect(await page.evaluate(() => document.activeElement?.getAttribute("role"))).toBe("menuitem");
    await page.keyboard.press("Escape");
    await page.getByRole("menu").waitFor({ state: "detached" });

    await choose(page, "hours");
    await page.keyboard.press("Shift+F10");
    await page.getByRole("menu").waitFor();
    await page.keyboard.press("s");
    await page.keyboard.press("Enter");
    await page.getByRole("group", { name: "Horarios, Message, skipped" }).waitFor();
    // The focus is where it was, so that the next key is for the card again.
    await page.keyboard.press("d");
    await page.getByRole("group", { name: "Horarios, Message", exact: true }).waitFor();
    await undo(page);
    await undo(page);
    await nothingToUndo(page);

    await edge(page, "hours next").locator(".react-flow__edge-interaction").click({ button: "right", force: true });
    await page.getByRole("menu", { name: "Commands for the connection" }).waitFor();
    await item(page, "Disconnect").click();
    await expect.poll(() => page.locator(".react-flow__edge").count()).toBe(13);
    await undo(page);
    await expect.poll(() => page.locator(".react-flow__edge").count()).toBe(14);

    const at = await emptyPlace(page);
    await page.mouse.click(at.x, at.y, { button: "right" });
    await page.getByRole("menu", { name: "Commands for the canvas" }).waitFor();
    expect(await violations(page)).toEqual([]);
    await item(page, "Add note").click();
    await page.getByRole("textbox", { name: "Words of the note" }).fill("Ask Marta about the prices.");
    await page.keyboard.press("Escape");
    const note = page.getByRole("group", { name: "Note: Ask Marta about the prices." });
    await note.waitFor();
    await page.keyboard.press("Shift+F10");
    await page.getByRole("menu", { name: "Commands for the note" }).waitFor();
    await item(page, "Blue").click();
    await page.locator('.canvas-note[data-color="blue"]').waitFor();
    await undo(page);
    await undo(page);
    await note.waitFor({ state: "detached" });
    await nothingToUndo(page);
    expect(wrong).toEqual([]);
  });
});

describe("the clipboard", () => {
  test("two steps go into another bot with what lies between them, and get ids of their own", async () => {
    await keep("other", JSON.stringify({ format: 1, name: "Other", language: "es", triggers: [{ on: "message", any: true }], start: "hours", steps: { hours: { type: "message", text: "Hola" } } }));
    const { page, wrong } = await cafe();
    const inserted = await draft();
    await keep("cafe", JSON.stringify({ ...inserted, translations: { en: { "hours.text": "Open from 8 to 20." } } }));
    await page.reload();
    await expect.poll(() => page.locator(".react-flow__edge").count()).toBe(14);
    await choose(page, "hours");
    await page.keyboard.down("Shift");
    await card(page, "bye").locator(".card-head").click();
    await page.keyboard.up("Shift");
    await expect.poll(() => page.locator(".react-flow__node.selected").count()).toBe(2);
    await page.keyboard.press("Control+c");
    await page.getByText("2 steps copied.").waitFor();

    await page.goto("/bots/other");
    await card(page, "hours").waitFor();
    await page.mouse.move(700, 1050);
    await choose(page, "hours");
    await page.keyboard.press("Control+v");
    await card(page, "hours_2").waitFor();
    await card(page, "bye").waitFor();
    await edge(page, "hours_2 next").waitFor({ state: "attached" });
    await saved(page);
    await expect.poll(async () => Object.keys((await draft("other")).steps)).toEqual(["hours", "hours_2", "bye"]);
    const other = await draft("other");
    expect(other.steps.hours_2!.next).toBe("bye");
    expect(other.translations).toEqual({ en: { "hours_2.text": "Open from 8 to 20." } });
    expect(Object.keys(other.layout!.steps!).sort()).toEqual(["bye", "hours", "hours_2"]);
    await undo(page);
    await card(page, "hours_2").waitFor({ state: "detached" });
    await nothingToUndo(page);
    expect(wrong).toEqual([]);
  });

  test("cutting, doubling, one step as plain JSON, and a text that is no step", async () => {
    const { page, wrong } = await cafe();
    await choose(page, "reminder");
    await page.keyboard.press("Control+d");
    await card(page, "reminder_2").waitFor();
    await page.keyboard.press("Control+x");
    await card(page, "reminder_2").waitFor({ state: "detached" });
    // The canvas still has the focus.
    await page.keyboard.press("Control+v");
    await card(page, "reminder_2").waitFor();
    for (let entries = 0; entries < 3; entries += 1) {
      await page.keyboard.press("Control+z");
    }
    await nothingToUndo(page);

    const paste = (text: string) =>
      page.evaluate((given) => {
        const clipboardData = new DataTransfer();
        clipboardData.setData("text/plain", given);
        document.activeElement!.dispatchEvent(new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true }));
      }, text);
    await choose(page, "reminder");
    await paste('{"type": "stop", "next": "nowhere"}');
    await card(page, "stop").waitFor();
    await paste("No JSON at all");
    await page.getByText("What you copied holds no steps").waitFor();
    await undo(page);
    await nothingToUndo(page);
    expect(wrong).toEqual([]);
  });
});

describe("several", () => {
  test("are selected by a box, by Shift and a click and by Mod+A, moved, and deleted", async () => {
    const { page, wrong } = await cafe();
    const [first, second] = [(await card(page, "welcome").boundingBox())!, (await card(page, "apology").boundingBox())!];
    await page.keyboard.down("Shift");
    await drag(page, { x: first.x - 20, y: first.y - 20 }, { x: second.x + second.width + 12, y: second.y + second.height + 12 });
    await page.keyboard.up("Shift");
    await expect.poll(() => page.locator(".react-flow__node.selected").count()).toBe(2);
    await page.keyboard.down("Shift");
    await card(page, "reminder").locator(".card-head").click();
    await page.keyboard.up("Shift");
    await expect.poll(() => page.locator(".react-flow__node.selected").count()).toBe(3);
    expect(await page.locator('[role="treeitem"][aria-selected="true"]').count()).toBe(3);

    const before = [await place(card(page, "welcome")), await place(card(page, "reminder"))];
    await page.keyboard.press("Alt+ArrowDown");
    await expect.poll(async () => [await place(card(page, "welcome")), await place(card(page, "reminder"))].some((now, index) => now === before[index])).toBe(false);
    await undo(page);
    await expect.poll(async () => [await place(card(page, "welcome")), await place(card(page, "reminder"))]).toEqual(before);

    await card(page, "reminder").focus();
    await page.keyboard.press("Control+a");
    await expect.poll(() => page.locator(".react-flow__node.selected").count()).toBe(10);
    await page.keyboard.press("Delete");
    await expect.poll(() => page.locator(".react-flow__node").count()).toBe(0);
    await page.keyboard.press("Control+z");
    await expect.poll(() => page.locator(".react-flow__edge").count()).toBe(14);
    await nothingToUndo(page);
    expect(wrong).toEqual([]);
  });

  test("are grouped: the frame is named, moved, collapsed, tidied and taken apart, and a reload keeps it", async () => {
    const { page, wrong } = await cafe();
    await choose(page, "welcome");
    await page.keyboard.down("Shift");
    await card(page, "apology").locator(".card-head").click();
    await page.keyboard.up("Shift");
    await page.keyboard.press("g");
    await page.getByRole("textbox", { name: "Title of the group" }).fill("Farewell");
    await page.keyboard.press("Enter");
    const frame = page.getByRole("group", { name: "Group Farewell, 2 steps" });
    await frame.waitFor();
    await shot(page, "canvas-group");
    await page.getByRole("treeitem", { name: /Farewell/ }).waitFor();

    const before = [await place(card(page, "welcome")), await place(card(page, "apology"))];
    const title = await center(frame.locator(".group-title .card-name"));
    await drag(page, title, { x: title.x - 40, y: title.y + 60 });
    await expect.poll(async () => [await place(card(page, "welcome")), await place(card(page, "apology"))].some((now, index) => now === before[index])).toBe(false);
    await undo(page);
    await expect.poll(async () => [await place(card(page, "welcome")), await place(card(page, "apology"))]).toEqual(before);

    await frame.focus();
    await page.keyboard.press("Shift+G");
    await card(page, "welcome").waitFor({ state: "detached" });
    await page.getByRole("group", { name: /Group Farewell, 2 steps, collapsed/ }).waitFor();
    // Five ways lead out of it, and one into it.
    await expect.poll(() => page.locator(".group-card .card-port").count()).toBe(5);
    await expect.poll(() => page.locator(".react-flow__edge").count()).toBe(14);
    await shot(page, "canvas-collapsed");
    await saved(page);
    await expect.poll(async () => (await draft()).layout?.groups).toEqual([{ id: "group_1", title: "Farewell", color: "green", steps: ["welcome", "apology"], collapsed: true }]);

    await page.reload();
    const collapsed = page.getByRole("group", { name: /Group Farewell, 2 steps, collapsed/ });
    await collapsed.waitFor();
    await collapsed.locator(".card-head").click({ position: { x: 140, y: 24 } });
    await collapsed.focus();
    await page.keyboard.press("Shift+F10");
    await item(page, "Collapse or expand group").click();
    await card(page, "welcome").waitFor();
    // The layout is made aside: what is undone before it is there is what was done before.
    expect((await draft()).layout?.steps?.welcome).toBeUndefined();
    await page.keyboard.press("Shift+L");
    await expect.poll(async () => (await draft()).layout?.steps?.welcome).toBeDefined();
    await undo(page);
    await card(page, "welcome").waitFor();
    await page.getByRole("group", { name: "Group Farewell, 2 steps" }).focus();
    await page.keyboard.press("Shift+F10");
    await item(page, "Ungroup").click();
    await frame.waitFor({ state: "detached" });
    await card(page, "welcome").waitFor();
    expect(wrong).toEqual([]);
  });
});

describe("notes", () => {
  test("are written, moved, resized, coloured, and kept", async () => {
    const { page, wrong } = await cafe();
    const at = await emptyPlace(page);
    await page.mouse.click(at.x, at.y);
    await page.keyboard.press("n");
    await page.getByRole("textbox", { name: "Words of the note" }).fill("Prices change in March.\nAsk Marta.");
    await page.keyboard.press("Control+Enter");
    const note = page.getByRole("group", { name: /Note: Prices change/ });
    await note.waitFor();
    const placed = await place(note);
    await page.keyboard.press("Alt+Shift+ArrowLeft");
    await expect.poll(() => place(note)).not.toBe(placed);
    await undo(page);
    await expect.poll(() => place(note)).toBe(placed);

    await note.locator(".canvas-note").click();
    const corner = await center(note.locator(".react-flow__resize-control.handle.bottom.right"));
    await drag(page, corner, { x: corner.x + 70, y: corner.y + 40 });
    await expect.poll(async () => Number((await draft()).layout?.notes?.[0]?.width)).toBeGreaterThan(260);
    await undo(page);
    await expect.poll(async () => (await draft()).layout?.notes?.[0]?.width).toBe(220);
    await note.focus();
    await page.keyboard.press("]");
    await expect.poll(async () => (await draft()).layout?.notes?.[0]?.width).toBe(260);
    await shot(page, "canvas-note");
    await page.reload();
    await page.getByRole("treeitem", { name: /Prices change/ }).click();
    await page.locator(".react-flow__node-note.selected").waitFor();
    await page.keyboard.press("Delete");
    await note.waitFor({ state: "detached" });
    expect(wrong).toEqual([]);
  });
});

describe("keys", () => {
  test("go along the graph, zoom, and open what they say", async () => {
    const { page, wrong } = await cafe();
    await choose(page, "hours");
    await page.keyboard.press("Home");
    await card(page, "welcome").and(page.locator(".selected")).waitFor();
    await page.keyboard.press("ArrowRight");
    await card(page, "beans").and(page.locator(".selected")).waitFor();
    await page.keyboard.press("ArrowLeft");
    await card(page, "welcome").and(page.locator(".selected")).waitFor();
    await page.keyboard.press("ArrowDown");
    await card(page, "apology").and(page.locator(".selected")).waitFor();
    expect(await page.evaluate(() => document.activeElement?.getAttribute("data-id"))).toBe("apology");

    const zoom = () => page.locator(".react-flow__viewport").evaluate((element) => new DOMMatrix(getComputedStyle(element).transform).a);
    await page.keyboard.press("0");
    await expect.poll(zoom).toBeCloseTo(1, 5);
    await page.keyboard.press("-");
    await expect.poll(zoom).toBeCloseTo(0.8, 5);
    await page.keyboard.press("+");
    await expect.poll(zoom).toBeCloseTo(1, 5);
    await page.keyboard.press("1");
    await expect.poll(zoom).toBeLessThan(0.9);
    await page.locator(".react-flow__minimap").waitFor();
    await page.keyboard.press("m");
    await page.locator(".react-flow__minimap").waitFor({ state: "detached" });

    await page.keyboard.press("Control+f");
    expect(await page.evaluate(() => document.activeElement?.id)).toBe("outline-find");
    // Letters in a field are letters.
    await page.keyboard.type("gracias");
    await expect.poll(() => page.getByRole("treeitem").count()).toBe(1);
    await card(page, "apology").focus();
    await page.keyboard.press("F2");
    await expect.poll(() => page.evaluate(() => document.activeElement?.getAttribute("data-path"))).toBe("label");
    await nothingToUndo(page);
    expect(wrong).toEqual([]);
  });
});

describe("everybody can use it", () => {
  for (const colorScheme of ["light", "dark"] as const) {
    test(`axe finds nothing in ${colorScheme}, with groups, notes, menus and far away`, async () => {
      const document = JSON.parse(await cafeFile());
      const steps = { welcome: { x: 0, y: 0 }, again: { x: 340, y: -160 }, reminder: { x: 340, y: 20 }, hours: { x: 340, y: 220 }, bye: { x: 700, y: 240 }, beans: { x: 340, y: 470 }, cups: { x: 700, y: 520 }, large: { x: 1060, y: 520 }, to_human: { x: 1420, y: 420 }, apology: { x: 0, y: 420 } };
      const groups = [
        { id: "group_1", title: "Answers", color: "blue", steps: ["again", "reminder"] },
        { id: "group_2", title: "Order", color: "purple", steps: ["cups", "beans"], collapsed: true },
      ];
      const notes = ["yellow", "green", "blue", "purple", "pink", "gray"].map((color, index) => ({ id: color, x: 700 + 240 * (index % 3), y: -260 + 160 * Math.floor(index / 3), text: `A note in ${color}`, color }));
      await keep("cafe", JSON.stringify({ ...document, layout: { steps, groups, notes } }));
      const { page, wrong } = await stage.open("/bots/cafe", { viewport: { width: 2200, height: 1100 }, colorScheme });
      await card(page, "hours").waitFor();
      await choose(page, "hours");
      await shot(page, `canvas-${colorScheme}`);
      expect(await violations(page)).toEqual([]);
      await page.keyboard.press("Shift+F10");
      await page.getByRole("menu").waitFor();
      await shot(page, `canvas-menu-${colorScheme}`);
      expect(await violations(page)).toEqual([]);
      await page.keyboard.press("Escape");
      for (let times = 0; times < 5; times += 1) {
        await page.keyboard.press("-");
      }
      await page.locator(".canvas.is-far").waitFor();
      await shot(page, `canvas-far-${colorScheme}`);
      expect(await violations(page)).toEqual([]);
      expect(wrong).toEqual([]);
    });
  }
});
