/**
 * Every command of the editor, in one list: its name, its keys, when it can be done, and what it does. Keys, menus, the palette and the sheet
 * of keys all follow from it.
 */
import { flushSync } from "react-dom";

import type { PreviewState } from "../preview/store";
import { align, type Alignment } from "./aligning";
import { tidy } from "./canvas/arranging";
import { neighbour } from "./canvas/neighbour";
import { copyToClipboard, duplicate, pasteFromClipboard, remove } from "./clipboard";
import { type Position, startOf, stepsOf } from "./document";
import { disconnect, setDisabled, together } from "./edits";
import { goToPanel } from "./panels/goToPanel";
import { goToProblem } from "./problems/opening";
import { addGroup, addNote, changeGroup, changeNote, COLORS, freshLayoutId, groupOf, groupSelected, groupWithin, growGroup, NOTE_SIZE, notesOf, SMALLEST_NOTE, withoutMembers } from "./layout";
import { outcomesOf } from "./outcomes";
import { boxesOf, goTo, meantWay, moveBoxes, moveSelected, placesOf, selectedStep } from "./selection";
import { exportBot } from "./source/exportBot";
import type { EditorState, MenuOf } from "./store";
import { translatedLanguages } from "./translations/languages";

/** Something that can be done with the editor. */
export interface Command {
  id: string;
  /** The id of its name. */
  text: string;
  /** What it is done with, the first one shown: `Mod+Shift+Z`. */
  keys: readonly string[];
  /** Where its keys work: `graph` is the canvas and the outline. */
  where: "anywhere" | "graph" | "canvas";
  /** Commands of a kind stand together. */
  section: Section;
  /** The menus that it stands in, by what they are opened on. */
  menus: readonly MenuOf[];
  /** The browser's own event that its keys cause; they are not heard for as keys. */
  clipboard?: "copy" | "cut" | "paste";
  /** A field with a history of its own, such as a search, keeps these keys. */
  yieldsToText?: boolean;
  isEnabled: (editor: EditorState) => boolean;
  run: (editor: EditorState, around: Around) => void;
}

/** What a command needs beside the editor. */
export interface Around {
  /** The place in the browser's window that a menu was opened at. */
  at?: Position;
  preview: PreviewState;
}

/** The kinds of commands, in the order in which they are shown. */
export const SECTIONS = ["edit", "clipboard", "arrange", "color", "view", "move", "problems", "preview"] as const;
export type Section = (typeof SECTIONS)[number];

/** How far an arrow moves what is selected, in pixels; and with Shift. */
const STRIDE = { plain: 20, far: 100 };
/** How much larger a note gets at once, in pixels. */
const GROWTH = 40;
const ZOOM = 1.25;

const DIRECTIONS: Readonly<Record<string, Position>> = {
  left: { x: -1, y: 0 },
  right: { x: 1, y: 0 },
  up: { x: 0, y: -1 },
  down: { x: 0, y: 1 },
};

type Given = Pick<Command, "run"> & Partial<Omit<Command, "id" | "text">>;

export const COMMANDS: readonly Command[] = [
  command("undo", { keys: ["Mod+Z"], where: "anywhere", section: "edit", yieldsToText: true, isEnabled: ({ history }) => history.past.length > 0, run: ({ undo }) => undo() }),
  command("redo", { keys: ["Mod+Shift+Z", "Mod+Y"], where: "anywhere", section: "edit", yieldsToText: true, isEnabled: ({ history }) => history.future.length > 0, run: ({ redo }) => redo() }),
  command("save", { keys: ["Mod+S"], where: "anywhere", section: "edit", run: ({ saveNow }) => saveNow() }),
  command("add", { keys: ["/"], section: "edit", menus: ["step", "way", "canvas"], run: add }),
  command("open", { keys: ["Enter"], section: "edit", menus: ["step", "note"], isEnabled: (editor) => selectedStep(editor) !== undefined || theNote(editor) !== undefined, run: open }),
  command("rename", { keys: ["F2"], section: "edit", menus: ["step"], isEnabled: (editor) => selectedStep(editor) !== undefined || theGroup(editor) !== undefined || theNote(editor) !== undefined, run: rename }),
  command("connect", { keys: ["C"], section: "edit", menus: ["step", "way"], isEnabled: (editor) => selectedStep(editor) !== undefined, run: connectStep }),
  command("disconnect", { keys: ["X"], section: "edit", menus: ["step", "way"], isEnabled: (editor) => wayToCut(editor) !== undefined, run: cutWay }),
  command("disable", { keys: ["D"], section: "edit", menus: ["step"], isEnabled: hasSteps, run: toggleDisabled }),
  command("delete", { keys: ["Delete", "Backspace"], section: "edit", menus: ["step", "note"], isEnabled: (editor) => hasSelection(editor) || meantWay(editor) !== undefined, run: removeSelected }),

  command("cut", { keys: ["Mod+X"], section: "clipboard", menus: ["step", "note"], clipboard: "cut", isEnabled: hasSelection, run: (editor) => void copyToClipboard(editor).then((isCopied) => isCopied && remove(editor)) }),
  command("copy", { keys: ["Mod+C"], section: "clipboard", menus: ["step", "note"], clipboard: "copy", isEnabled: hasSelection, run: (editor) => void copyToClipboard(editor) }),
  command("paste", { keys: ["Mod+V"], section: "clipboard", menus: ["step", "note", "canvas"], clipboard: "paste", run: (editor, { at }) => void pasteFromClipboard(editor, at && editor.view?.placeAt(at)) }),
  command("duplicate", { keys: ["Mod+D"], section: "clipboard", menus: ["step", "note"], isEnabled: hasSelection, run: duplicate }),
  command("select_all", { keys: ["Mod+A"], section: "clipboard", menus: ["canvas"], run: ({ history, select }) => select(stepsOf(history.document).keys(), notesOf(history.document).map(({ id }) => id)) }),
  command("deselect", { keys: ["Escape"], section: "clipboard", isEnabled: (editor) => hasSelection(editor) || editor.way !== null, run: ({ select }) => select([]) }),

  command("note", { keys: ["N"], section: "arrange", menus: ["canvas"], run: writeNote }),
  command("group", { keys: ["G"], section: "arrange", menus: ["step"], isEnabled: (editor) => hasSteps(editor) && !theGroup(editor), run: groupSteps }),
  command("collapse", { keys: ["Shift+G"], section: "arrange", menus: ["step"], isEnabled: (editor) => theGroup(editor) !== undefined, run: toggleCollapsed }),
  command("dissolve", { section: "arrange", menus: ["step"], isEnabled: ({ history, selected }) => [...selected].some((step) => groupOf(history.document, step)), run: ({ edit, selected }) => edit(withoutMembers(selected)) }),
  command("tidy", { keys: ["Shift+L"], section: "arrange", menus: ["step", "canvas"], run: (editor) => void tidy(editor) }),
  ...(["left", "top", "across", "down"] as const).map((how) => command(`align_${how}`, { section: "arrange", menus: ["step", "note"], isEnabled: hasSeveral, run: (editor) => alignSelected(editor, how) })),
  command("enlarge", { keys: ["]"], section: "arrange", menus: ["note"], isEnabled: ({ selectedNotes }) => selectedNotes.size > 0, run: (editor) => resizeNotes(editor, GROWTH) }),
  command("shrink", { keys: ["["], section: "arrange", menus: ["note"], isEnabled: ({ selectedNotes }) => selectedNotes.size > 0, run: (editor) => resizeNotes(editor, -GROWTH) }),
  ...COLORS.map((color) =>
    command(`color_${color}`, { section: "color", menus: ["step", "note"], isEnabled: (editor) => theGroup(editor) !== undefined || editor.selectedNotes.size > 0, run: (editor) => setColor(editor, color) }),
  ),

  command("find", { keys: ["Mod+F"], section: "view", run: findStep }),
  command("next_panel", { keys: ["F6"], where: "anywhere", section: "view", run: () => goToPanel(1) }),
  command("previous_panel", { keys: ["Shift+F6"], where: "anywhere", section: "view", run: () => goToPanel(-1) }),
  command("menu", { keys: ["Shift+F10", "ContextMenu"], section: "view", run: openMenu }),
  command("fit", { keys: ["1"], where: "canvas", section: "view", menus: ["canvas"], run: ({ view }) => view?.fit() }),
  command("fit_selection", { keys: ["2"], where: "canvas", section: "view", menus: ["step"], isEnabled: hasSteps, run: ({ view, selected }) => view?.fit(selected) }),
  command("zoom_reset", { keys: ["0"], where: "canvas", section: "view", run: ({ view }) => view?.zoomTo(1) }),
  command("zoom_in", { keys: ["+", "="], where: "canvas", section: "view", run: ({ view }) => view?.zoomBy(ZOOM) }),
  command("zoom_out", { keys: ["-"], where: "canvas", section: "view", run: ({ view }) => view?.zoomBy(1 / ZOOM) }),
  command("minimap", { keys: ["M"], where: "canvas", section: "view", menus: ["canvas"], run: ({ view }) => view?.toggleMinimap() }),

  command("go_start", { keys: ["Home"], where: "canvas", section: "move", run: (editor) => goTo(editor, startOf(editor.history.document)) }),
  ...["left", "right", "up", "down"].map((way) => command(`go_${way}`, { keys: [arrow(way)], where: "canvas", section: "move", isEnabled: hasSteps, run: (editor) => goAlong(editor, DIRECTIONS[way]!) })),
  ...["left", "right", "up", "down"].flatMap((way) =>
    (["plain", "far"] as const).map((how) =>
      command(how === "plain" ? `move_${way}` : `move_far_${way}`, {
        keys: [`Alt+${how === "far" ? "Shift+" : ""}${arrow(way)}`],
        section: "move",
        isEnabled: hasSelection,
        run: (editor) => moveSelected(editor, { x: DIRECTIONS[way]!.x * STRIDE[how], y: DIRECTIONS[way]!.y * STRIDE[how] }),
      }),
    ),
  ),

  command("next_problem", { keys: ["F8"], where: "anywhere", section: "problems", isEnabled: ({ diagnostics }) => diagnostics.length > 0, run: (editor) => goToProblem(editor, 1) }),
  command("previous_problem", { keys: ["Shift+F8"], where: "anywhere", section: "problems", isEnabled: ({ diagnostics }) => diagnostics.length > 0, run: (editor) => goToProblem(editor, -1) }),
  command("export", { section: "edit", run: ({ id, history }) => exportBot(id, history.document) }),
  command("translate", { section: "edit", run: ({ ask, history }) => ask({ what: "translations", language: translatedLanguages(history.document)[0] ?? null }) }),
  command("publish", { section: "edit", run: ({ ask }) => ask({ what: "publish" }) }),

  command("start_preview", { keys: ["Mod+Enter"], where: "anywhere", section: "preview", run: (_, { preview }) => preview.start() }),
  command("run_from", { keys: ["R"], section: "preview", menus: ["step"], isEnabled: (editor) => selectedStep(editor) !== undefined, run: (editor, { preview }) => preview.startAt(selectedStep(editor)!) }),
  command("breakpoint", { keys: ["B"], section: "preview", menus: ["step"], isEnabled: hasSteps, run: ({ selected }, { preview }) => selected.forEach(preview.toggleBreakpoint) }),
  command("preview_step", { keys: ["F10"], where: "anywhere", section: "preview", run: (_, { preview }) => preview.step() }),
  command("preview_back", { keys: ["F9"], where: "anywhere", section: "preview", run: (_, { preview }) => preview.back() }),
  command("preview_continue", { section: "preview", run: (_, { preview }) => preview.goOn() }),
  command("skip_time", { keys: ["T"], section: "preview", run: (_, { preview }) => preview.open("skip") }),
];

/** The command of an id. */
export function commandOf(id: string): Command {
  const found = COMMANDS.find((one) => one.id === id);
  if (!found) {
    throw new Error(`there is no command ${id}`);
  }
  return found;
}

function command(id: string, given: Given): Command {
  return { id, text: `command.${id}`, keys: [], where: "graph", section: "edit", menus: [], isEnabled: () => true, ...given };
}

function arrow(way: string): string {
  return `Arrow${way.charAt(0).toUpperCase()}${way.slice(1)}`;
}

function hasSteps({ selected }: EditorState): boolean {
  return selected.size > 0;
}

function hasSelection({ selected, selectedNotes }: EditorState): boolean {
  return selected.size + selectedNotes.size > 0;
}

function hasSeveral({ selected, selectedNotes }: EditorState): boolean {
  return selected.size + selectedNotes.size > 1;
}

function theNote({ selected, selectedNotes }: EditorState): string | undefined {
  return selected.size === 0 && selectedNotes.size === 1 ? [...selectedNotes][0] : undefined;
}

function theGroup({ history, selected }: EditorState): ReturnType<typeof groupSelected> {
  return groupSelected(history.document, selected);
}

function add(editor: EditorState, { at }: Around): void {
  // On an edge the new step comes between, on the canvas where the menu was opened, else after the selected one.
  const onWay = editor.way ? { from: editor.way, between: true } : {};
  editor.ask({ what: "add", ...onWay, ...(at && !editor.way && !hasSteps(editor) ? { at } : {}) });
}

function open(editor: EditorState): void {
  const [step, note] = [selectedStep(editor), theNote(editor)];
  if (note !== undefined) {
    editor.ask({ what: "note", id: note });
  } else if (step !== undefined) {
    editor.open(step);
  }
}

function rename(editor: EditorState): void {
  const [step, note, group] = [selectedStep(editor), theNote(editor), theGroup(editor)];
  if (note !== undefined) {
    editor.ask({ what: "note", id: note });
  } else if (step !== undefined) {
    editor.open(step, "label");
  } else if (group) {
    editor.ask({ what: "group", id: group.id });
  }
}

function connectStep(editor: EditorState): void {
  const step = selectedStep(editor);
  if (step !== undefined) {
    editor.ask({ what: "connect", step, ...(editor.way ? { outcome: editor.way.outcome } : {}) });
  }
}

/** The way that is selected, else the first of the selected step that leads somewhere. */
function wayToCut(editor: EditorState): ReturnType<typeof meantWay> {
  const meant = meantWay(editor);
  if (meant) {
    return meant.outcome.target === null ? undefined : meant;
  }
  const id = selectedStep(editor);
  const step = id === undefined ? undefined : stepsOf(editor.history.document).get(id);
  const outcome = step && outcomesOf(step).find(({ target }) => target !== null);
  return id !== undefined && outcome ? { step: id, outcome } : undefined;
}

function cutWay(editor: EditorState): void {
  const way = wayToCut(editor);
  if (way) {
    editor.edit(disconnect(way.step, way.outcome));
  }
}

function removeSelected(editor: EditorState): void {
  if (editor.way) {
    cutWay(editor);
  } else {
    remove(editor);
  }
}

/** All are skipped from now on; if they were, none is. */
function toggleDisabled({ history, selected, edit }: EditorState): void {
  const steps = stepsOf(history.document);
  edit(setDisabled(selected, [...selected].some((id) => steps.get(id)?.disabled !== true)));
}

function writeNote(editor: EditorState, { at }: Around): void {
  const id = freshLayoutId(editor.history.document, "notes");
  const place = (at && editor.view?.placeAt(at)) ?? editor.view?.pointer() ?? editor.view?.middle() ?? { x: 0, y: 0 };
  editor.edit(addNote({ id, x: Math.round(place.x), y: Math.round(place.y), ...NOTE_SIZE, text: "", color: COLORS[0] }), `note ${id}`);
  editor.select([], [id]);
  editor.ask({ what: "note", id });
}

/** Makes a group of what is selected; with a whole group among it, the others come into that. */
function groupSteps(editor: EditorState): void {
  const grown = groupWithin(editor.history.document, editor.selected);
  if (grown) {
    editor.edit(growGroup(grown.id, [...editor.selected]));
    return;
  }
  const id = freshLayoutId(editor.history.document, "groups");
  // The colours take turns, so that two groups beside each other differ.
  const color = COLORS[(Number(id.split("_")[1]) || 0) % COLORS.length] ?? COLORS[0];
  const steps = [...stepsOf(editor.history.document).keys()].filter((step) => editor.selected.has(step));
  editor.edit(addGroup({ id, title: "", color, steps, collapsed: false }), `group ${id}`);
  editor.ask({ what: "group", id });
}

function toggleCollapsed(editor: EditorState): void {
  const group = theGroup(editor);
  if (group) {
    editor.edit(changeGroup(group.id, { collapsed: !group.collapsed }));
    editor.view?.focus(`group:${group.id}`);
  }
}

function alignSelected(editor: EditorState, how: Alignment): void {
  const { steps, notes } = boxesOf(editor);
  // A note and a step can have the same id.
  const places = align([...steps, ...notes.map((note) => ({ ...note, id: `note:${note.id}` }))], how);
  const of = (ids: string[], prefix: string) => new Map(ids.flatMap((id) => (places.has(prefix + id) ? [[id, places.get(prefix + id)!] as const] : [])));
  moveBoxes(editor, of(steps.map(({ id }) => id), ""), of(notes.map(({ id }) => id), "note:"));
}

function resizeNotes(editor: EditorState, by: number): void {
  const changes = notesOf(editor.history.document).filter(({ id }) => editor.selectedNotes.has(id));
  editor.edit(
    together(...changes.map(({ id, width, height }) => changeNote(id, { width: Math.max(SMALLEST_NOTE.width, width + by), height: Math.max(SMALLEST_NOTE.height, height + by / 2) }))),
  );
}

function setColor(editor: EditorState, color: (typeof COLORS)[number]): void {
  const group = theGroup(editor);
  editor.edit(together(...(group ? [changeGroup(group.id, { color })] : []), ...[...editor.selectedNotes].map((id) => changeNote(id, { color }))));
}

/** Goes to the field that finds steps; where the outline is closed it has to be drawn first. */
function findStep({ showOutline }: EditorState): void {
  const field = () => window.document.querySelector<HTMLElement>("#outline-find");
  if (!field()) {
    flushSync(() => showOutline(true));
  }
  field()?.focus();
}

/** The menu of what has the focus, beside it. */
function openMenu(editor: EditorState): void {
  const box = window.document.activeElement?.getBoundingClientRect();
  const of = editor.way ? "way" : hasSteps(editor) ? "step" : editor.selectedNotes.size > 0 ? "note" : "canvas";
  const isCard = box !== undefined && of !== "canvas" && box.width < 400;
  editor.ask({ what: "menu", of, at: box ? { x: box.x + (isCard ? box.width / 2 : box.width / 3), y: box.y + (isCard ? Math.min(box.height, 28) : box.height / 3) } : { x: 0, y: 0 } });
}

function goAlong(editor: EditorState, direction: Position): void {
  const next = neighbour(editor.history.document, placesOf(editor), editor.selected, direction);
  if (next !== undefined) {
    goTo(editor, next);
  }
}
