/** The field that JSON is written in: CodeMirror, as the studio uses it. It comes when it is first shown, because it is large. */
import { defaultKeymap, history, redo, redoDepth, undo, undoDepth } from "@codemirror/commands";
import { json } from "@codemirror/lang-json";
import { bracketMatching, codeFolding, foldGutter, foldKeymap, HighlightStyle, indentOnInput, indentUnit, syntaxHighlighting } from "@codemirror/language";
import { highlightSelectionMatches, search, searchKeymap } from "@codemirror/search";
import { Annotation, Compartment, EditorState, type Extension, RangeSet, StateEffect, StateField } from "@codemirror/state";
import { Decoration, drawSelection, EditorView, gutter, GutterMarker, highlightActiveLine, highlightActiveLineGutter, keymap, lineNumbers } from "@codemirror/view";
import { tags } from "@lezer/highlight";

import type { Texts } from "../../i18n/texts";
import { codeTheme } from "./codeTheme";
import type { Span } from "./readJson";

/** Something to be seen at a place of the text. */
export interface Mark extends Span {
  severity: "error" | "warning";
  message: string;
  help?: string | undefined;
}

/** What the field tells of. */
export interface CodeEvents {
  onWrite: (text: string) => void;
  onLeave: () => void;
  /** Asked for where the field has nothing of its own to undo: the text is part of the document by then. */
  onUndo: () => void;
  onRedo: () => void;
}

/** The field, for those who fill it. */
export interface CodeView {
  view: EditorView;
  /** Puts another text in place, where it differs; what is undone then is not the text's any more. */
  setText: (text: string) => void;
  /** Forgets what the field could undo by itself. */
  forget: () => void;
  setMarks: (marks: readonly Mark[]) => void;
  setLabel: (label: string, isInvalid: boolean) => void;
  goTo: (at: number) => void;
}

/** Marks what the field was told to show, so that it is not told of again. */
const fromOutside = Annotation.define<boolean>();
const putMarks = StateEffect.define<readonly Mark[]>();

/** Makes a field inside of a shadow root: there CodeMirror's style is a sheet that the page's policy allows, not an element that it forbids. */
export function createCodeView(root: ShadowRoot, text: string, texts: Texts, events: CodeEvents): CodeView {
  const undoing = new Compartment();
  const labelling = new Compartment();
  const view = new EditorView({
    root,
    parent: root,
    state: EditorState.create({
      doc: text,
      extensions: [
        EditorState.phrases.of(phrases(texts)),
        undoing.of(history()),
        labelling.of([]),
        keymap.of([
          { key: "Mod-z", run: ownOr(undoDepth, undo, events.onUndo), preventDefault: true },
          { key: "Mod-y", mac: "Mod-Shift-z", run: ownOr(redoDepth, redo, events.onRedo), preventDefault: true },
          { key: "Mod-Shift-z", run: ownOr(redoDepth, redo, events.onRedo), preventDefault: true },
          // These are the studio's.
          ...defaultKeymap.filter(({ key }) => key !== "Mod-Enter"),
          ...searchKeymap.filter(({ key }) => key !== "Mod-d"),
          ...foldKeymap,
        ]),
        reading(texts),
        EditorView.updateListener.of((update) => {
          if (update.docChanged && !update.transactions.some((transaction) => transaction.annotation(fromOutside))) {
            events.onWrite(update.state.doc.toString());
          }
        }),
        EditorView.domEventHandlers({
          // Chromium itself would put what replaces a selection into an element with a style of its own, which the page's policy forbids.
          beforeinput: (event, { state, composing }) => {
            if (event.inputType !== "insertText" || event.data === null || composing || state.selection.main.empty) {
              return false;
            }
            view.dispatch(state.replaceSelection(event.data), { userEvent: "input.type", scrollIntoView: true });
            return true;
          },
          focusout: (event) => {
            // The search panel is a part of the field.
            if (!(event.relatedTarget instanceof Node && root.contains(event.relatedTarget))) {
              events.onLeave();
            }
          },
        }),
      ],
    }),
  });
  const forget = () => {
    view.dispatch({ effects: undoing.reconfigure([]) });
    view.dispatch({ effects: undoing.reconfigure(history()) });
  };
  return {
    view,
    forget,
    setText: (to) => {
      const change = difference(view.state.doc.toString(), to);
      if (change) {
        view.dispatch({ changes: change, annotations: fromOutside.of(true) });
        forget();
      }
    },
    setMarks: (marks) => view.dispatch({ effects: putMarks.of(marks) }),
    setLabel: (label, isInvalid) => {
      const attributes = EditorView.contentAttributes.of({ "aria-label": label, "aria-invalid": String(isInvalid), spellcheck: "false", tabindex: "0" });
      view.dispatch({ effects: labelling.reconfigure(attributes) });
    },
    goTo: (at) => {
      const anchor = Math.min(at, view.state.doc.length);
      view.dispatch({ selection: { anchor }, effects: EditorView.scrollIntoView(anchor, { y: "center" }) });
      view.focus();
    },
  };
}

/** The one change that makes one text of another: what is equal at both ends stays, with its folds and the cursor. */
export function difference(before: string, after: string): { from: number; to: number; insert: string } | undefined {
  if (before === after) {
    return undefined;
  }
  const shorter = Math.min(before.length, after.length);
  let from = 0;
  while (from < shorter && before[from] === after[from]) {
    from += 1;
  }
  let same = 0;
  while (same < shorter - from && before.at(-1 - same) === after.at(-1 - same)) {
    same += 1;
  }
  return { from, to: before.length - same, insert: after.slice(from, after.length - same) };
}

/** Undoes what the field itself can, else what the document can. */
function ownOr(depth: (state: EditorState) => number, own: (view: EditorView) => boolean, otherwise: () => void) {
  return (view: EditorView) => {
    if (depth(view.state) > 0) {
      return own(view);
    }
    otherwise();
    return true;
  };
}

/** What helps to read JSON. */
function reading(texts: Texts): Extension {
  return [
    json(),
    indentUnit.of("  "),
    indentOnInput(),
    bracketMatching(),
    marking(texts),
    lineNumbers(),
    codeFolding(),
    foldGutter({ openText: "▾", closedText: "▸" }),
    search({ top: true }),
    highlightSelectionMatches(),
    highlightActiveLine(),
    highlightActiveLineGutter(),
    drawSelection(),
    EditorView.lineWrapping,
    syntaxHighlighting(COLOURS),
    codeTheme,
  ];
}

/** Underlines what is wrong, and says at the line's number that something is. */
function marking(texts: Texts): Extension {
  const marks = StateField.define<readonly Mark[]>({
    create: () => [],
    update: (value, transaction) => {
      const put = transaction.effects.find((effect) => effect.is(putMarks));
      if (put) {
        return put.value;
      }
      const { changes, docChanged } = transaction;
      return docChanged ? value.map((mark) => ({ ...mark, from: changes.mapPos(mark.from, 1), to: changes.mapPos(mark.to, -1) })).filter(({ from, to }) => from <= to) : value;
    },
    provide: (field) => [
      EditorView.decorations.from(field, (value) =>
        Decoration.set(
          value.filter(({ from, to }) => from < to).map(({ from, to, severity, message }) => Decoration.mark({ class: `cm-${severity}`, attributes: { title: message } }).range(from, to)),
          true,
        ),
      ),
    ],
  });
  return [
    marks,
    gutter({
      class: "cm-marks",
      markers: (view) => {
        const { doc } = view.state;
        const lines = new Map<number, Mark[]>();
        for (const mark of view.state.field(marks)) {
          const { from } = doc.lineAt(Math.min(mark.from, doc.length));
          lines.set(from, [...(lines.get(from) ?? []), mark]);
        }
        return RangeSet.of([...lines].map(([from, found]) => new LineMark(found, texts).range(from)), true);
      },
    }),
  ];
}

class LineMark extends GutterMarker {
  constructor(
    private readonly found: readonly Mark[],
    private readonly texts: Texts,
  ) {
    super();
  }

  override eq(other: LineMark): boolean {
    return this.found.length === other.found.length && this.found.every(({ message }, index) => message === other.found[index]?.message);
  }

  override toDOM(): HTMLElement {
    const isError = this.found.some(({ severity }) => severity === "error");
    const sign = document.createElement("span");
    sign.className = isError ? "cm-error-sign" : "cm-warning-sign";
    sign.textContent = isError ? "✕" : "▲";
    sign.title = `${this.texts(isError ? "problems.error" : "problems.warning")}: ${this.found.map(({ message }) => message).join(" ")}`;
    return sign;
  }
}

const COLOURS = HighlightStyle.define([
  { tag: tags.propertyName, color: "var(--accent)" },
  { tag: tags.string, color: "var(--ink)" },
  { tag: tags.number, color: "var(--info)" },
  { tag: [tags.bool, tags.null], color: "var(--warn)" },
  { tag: [tags.separator, tags.squareBracket, tags.brace], color: "var(--muted)" },
]);

/** CodeMirror's own words, in the studio's language. */
function phrases(texts: Texts): Record<string, string> {
  const words = {
    Find: "code.find",
    Replace: "code.replace_with",
    next: "code.next",
    previous: "code.previous",
    all: "code.all",
    "match case": "code.match_case",
    regexp: "code.regexp",
    "by word": "code.by_word",
    replace: "code.replace",
    "replace all": "code.replace_all",
    close: "dialog.close",
    "current match": "code.current_match",
    "on line": "code.on_line",
    "replaced match on line $": "code.replaced_on_line",
    "replaced $ matches": "code.replaced",
    "Go to line": "code.go_to_line",
    go: "code.go",
    "Folded lines": "code.folded",
    "Unfolded lines": "code.unfolded",
    to: "code.to",
    "folded code": "code.folded_text",
    unfold: "code.unfold",
    "Fold line": "code.fold_line",
    "Unfold line": "code.unfold_line",
    "Selection deleted": "code.deleted",
    "Control character": "code.control_character",
  };
  return Object.fromEntries(Object.entries(words).map(([phrase, id]) => [phrase, texts(id, { 0: "$" })]));
}
