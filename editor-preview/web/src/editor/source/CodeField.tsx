import { useEffect, useImperativeHandle, useRef } from "react";

import { useTexts } from "../../i18n/texts";
import { type CodeEvents, type CodeView, createCodeView, type Mark } from "./codeView";

/** What can be asked of the field. */
export interface CodeHandle {
  goTo: (at: number) => void;
}

interface Props extends CodeEvents {
  label: string;
  text: string;
  isInvalid: boolean;
  marks: readonly Mark[];
  /** Counts how often a text became part of the document: from then on it is the document that is undone. */
  taken: unknown;
  handle: React.Ref<CodeHandle>;
}

/** A field for code, with line numbers, folds and search. */
export default function CodeField({ label, text, isInvalid, marks, taken, handle, ...events }: Props) {
  const texts = useTexts();
  const host = useRef<HTMLDivElement>(null);
  const code = useRef<CodeView>(null);
  const latest = useRef(events);
  latest.current = events;
  const first = useRef(text);

  useEffect(() => {
    const root = host.current?.shadowRoot ?? host.current?.attachShadow({ mode: "open" });
    if (!root) {
      return undefined;
    }
    const made = createCodeView(root, first.current, texts, {
      onWrite: (written) => latest.current.onWrite(written),
      onLeave: () => latest.current.onLeave(),
      onUndo: () => latest.current.onUndo(),
      onRedo: () => latest.current.onRedo(),
    });
    code.current = made;
    return () => {
      first.current = made.view.state.doc.toString();
      made.view.destroy();
    };
  }, [texts]);

  useEffect(() => code.current?.setText(text), [text, texts]);
  useEffect(() => code.current?.forget(), [taken]);
  useEffect(() => code.current?.setLabel(label, isInvalid), [label, isInvalid, texts]);
  useEffect(() => code.current?.setMarks(marks.filter(({ to }) => to <= (code.current?.view.state.doc.length ?? 0))), [marks, texts]);
  useImperativeHandle(handle, () => ({ goTo: (at) => code.current?.goTo(at) }), []);

  return (
    <div
      ref={host}
      className="code-field"
      // What the field has a use for is no command of the page.
      onKeyDown={(event) => {
        if (event.defaultPrevented) {
          event.stopPropagation();
        }
      }}
    />
  );
}
