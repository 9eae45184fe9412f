import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { useLocation } from "wouter";

import { listBots } from "../api/bots";
import { PAGES } from "../app/pages";
import { type OpenEditor, shell, useShell } from "../app/shell";
import { kindOf, stepName, stepsOf } from "../editor/document";
import { kindNamed, kindText } from "../editor/kinds";
import { type Texts, useTexts } from "../i18n/texts";
import { Dialog } from "../ui/Dialog";
import { type Choice, Picker } from "../ui/Picker";
import { Keys } from "./Keys";
import "./palette.css";

/** Something to go to or to do. */
type Entry = Choice & { run: () => void };

/** Anything of the studio, found by typing: pages, bots, the steps of the open one, and what can be done with it. */
export default function Palette() {
  const text = useTexts();
  const [, go] = useLocation();
  const editor = useShell((state) => state.editor);
  const { data: bots } = useQuery({ queryKey: ["bots"], queryFn: listBots });
  const entries = useMemo((): readonly Entry[] => {
    const pages = text("palette.pages");
    return [
      ...(editor ? [...stepsToOpen(editor, text), ...commandsToDo(editor, text)] : []),
      ...PAGES.map(({ path, name, icon }) => ({ id: `page ${path}`, name: text(name), icon, group: pages, run: () => go(path) })),
      { id: "keys", name: text("keys.title"), group: pages, end: <Keys keys="?" />, run: () => shell.getState().show("keys") },
      ...(bots ?? []).map(({ id, name }) => ({ id: `bot ${id}`, name: name || id, more: id, group: text("palette.bots"), run: () => go(`/bots/${encodeURIComponent(id)}`) })),
    ];
  }, [editor, bots, text, go]);
  const close = () => shell.getState().show(null);
  const pick = ({ run }: Entry) => {
    close();
    run();
  };
  return (
    <Dialog title={text("palette.title")} onClose={close}>
      <Picker className="palette" label={text("palette.find")} choices={entries} onPick={pick} />
    </Dialog>
  );
}

function stepsToOpen({ store }: OpenEditor, text: Texts): readonly Entry[] {
  const { history, open } = store.getState();
  return [...stepsOf(history.document)].map(([id, step]) => {
    const kind = kindOf(step);
    return { id: `step ${id}`, name: stepName(id, step), more: text(kindText(kind), { kind }), icon: kindNamed(kind).icon, group: text("palette.steps"), run: () => open(id) };
  });
}

/** Only what can be done now. */
function commandsToDo({ store, commands, run }: OpenEditor, text: Texts): readonly Entry[] {
  const state = store.getState();
  return commands
    .filter((command) => command.isEnabled(state))
    .map((command) => ({ id: `command ${command.id}`, name: text(command.text), group: text("palette.commands"), end: command.keys[0] !== undefined && <Keys keys={command.keys[0]} />, run: () => run(command) }));
}
