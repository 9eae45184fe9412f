import { useQuery } from "@tanstack/react-query";
import { Command } from "cmdk";
import type { ReactNode } from "react";
import { useLocation } from "wouter";

import { listBots } from "../api/bots";
import { PAGES } from "../app/pages";
import { shell, useShell } from "../app/shell";
import { kindOf, stepName, stepsOf } from "../editor/document";
import { kindNamed, kindText } from "../editor/kinds";
import { useTexts } from "../i18n/texts";
import { Dialog } from "../ui/Dialog";
import { Keys } from "./Keys";
import "./palette.css";

/** Anything of the studio, found by typing: pages, bots, the steps of the open one, and what can be done with it. */
export default function Palette() {
  const text = useTexts();
  const [, go] = useLocation();
  const editor = useShell((state) => state.editor);
  const { data: bots } = useQuery({ queryKey: ["bots"], queryFn: listBots });
  const close = () => shell.getState().show(null);
  const pick = (act: () => void) => () => {
    close();
    act();
  };
  const state = editor?.store.getState();
  const commands = state ? editor?.commands.filter((command) => command.isEnabled(state)) : undefined;
  return (
    <Dialog title={text("palette.title")} onClose={close}>
      <Command className="picker palette" label={text("palette.title")} loop>
        <Command.Input className="input" placeholder={text("palette.find")} aria-label={text("palette.find")} data-autofocus />
        <Command.List className="picker-list" label={text("palette.title")}>
          <Command.Empty className="muted">{text("picker.empty")}</Command.Empty>
          {state && (
            <Command.Group heading={text("palette.steps")}>
              {[...stepsOf(state.history.document)].map(([id, step]) => {
                const { icon: Icon } = kindNamed(kindOf(step));
                return (
                  <Item key={id} id={`step ${id}`} name={stepName(id, step)} more={text(kindText(kindOf(step)), { kind: kindOf(step) })} icon={<Icon size={16} aria-hidden />} onPick={pick(() => state.open(id))} />
                );
              })}
            </Command.Group>
          )}
          {commands && commands.length > 0 && (
            <Command.Group heading={text("palette.commands")}>
              {commands.map((command) => (
                <Item key={command.id} id={`command ${command.id}`} name={text(command.text)} keys={command.keys[0]} onPick={pick(() => editor?.run(command))} />
              ))}
            </Command.Group>
          )}
          <Command.Group heading={text("palette.pages")}>
            {PAGES.map(({ path, name, icon: Icon }) => (
              <Item key={path} id={`page ${path}`} name={text(name)} icon={<Icon size={16} aria-hidden />} onPick={pick(() => go(path))} />
            ))}
            <Item id="keys" name={text("keys.title")} keys="?" onPick={() => shell.getState().show("keys")} />
          </Command.Group>
          {bots && bots.length > 0 && (
            <Command.Group heading={text("palette.bots")}>
              {bots.map(({ id, name }) => (
                <Item key={id} id={`bot ${id}`} name={name || id} more={id} onPick={pick(() => go(`/bots/${encodeURIComponent(id)}`))} />
              ))}
            </Command.Group>
          )}
        </Command.List>
      </Command>
    </Dialog>
  );
}

interface ItemProps {
  id: string;
  name: string;
  more?: string;
  keys?: string | undefined;
  icon?: ReactNode;
  onPick: () => void;
}

function Item({ id, name, more, keys, icon, onPick }: ItemProps) {
  return (
    <Command.Item value={id} keywords={[name, more ?? ""]} onSelect={onPick} className="picker-item">
      <span className="palette-name">
        {icon}
        {name}
      </span>
      {more && <span className="muted">{more}</span>}
      {keys && <Keys keys={keys} />}
    </Command.Item>
  );
}
