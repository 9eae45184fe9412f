import { EllipsisVertical, Plus } from "lucide-react";
import { type ReactNode, useEffect, useRef, useState } from "react";

import { useTexts } from "../../../i18n/texts";
import { MenuButton, MenuItem, MenuSection } from "../../../ui/Menu";
import { type Json, type Path, pathId } from "../../json";
import { Owner, useFaults, useFullName, useSubject, useValue, useWrite } from "../form";
import { duplicate, moved, newItem } from "../items";
import { NAMED_BY, objectLayout } from "../layout";
import { useNames } from "../names";
import type { ObjectShape, Shape } from "../schema";
import { focusFirst } from "../focus";
import { Faults, FieldGroup } from "./Field";
import { KeyFields, KeyItems, UnknownKeys } from "./ObjectFields";
import { useObjectForm } from "./useObjectForm";
import { type Of, ValueField, type ValueProps } from "./ValueField";

/** A list of objects: each entry a small form, with a menu of what can be done to it. */
export function ListField({ path, shape, label, isRequired = false, end }: ValueProps<Of<"list">>) {
  const text = useTexts();
  const names = useNames();
  const full = useFullName();
  const subject = useSubject();
  const value = useValue(path);
  const write = useWrite();
  const key = String(path.at(-1));
  const items = Array.isArray(value) ? value : [];
  const list = useRef<HTMLOListElement>(null);
  const [expected, expectItem] = useState<number | null>(null);
  useEffect(() => {
    if (expected !== null) {
      focusFirst(list.current?.children[expected]);
      expectItem(null);
    }
  }, [expected]);
  const put = (changed: readonly Json[]) => write(path, changed.length === 0 && !isRequired ? undefined : [...changed]);
  const add = () => {
    put([...items, newItem(shape.of, key, subject, items.length + 1, text)]);
    expectItem(items.length);
  };
  return (
    <FieldGroup path={path} label={label} help={shape.help} end={end}>
      {items.length > 0 && (
        <ol ref={list} className="items">
          {items.map((_, index) => (
            <li key={index} className="item">
              <Item
                path={[...path, index]}
                shape={shape.of}
                name={names.item(key, index + 1)}
                commands={[
                  { id: "list.up", isOff: index === 0, run: () => put(moved(items, index, index - 1)) },
                  { id: "list.down", isOff: index === items.length - 1, run: () => put(moved(items, index, index + 1)) },
                  { id: "list.duplicate", isOff: items.length >= (shape.most ?? Infinity), run: () => put([...items.slice(0, index + 1), duplicate(items[index] ?? null, subject), ...items.slice(index + 1)]) },
                  { id: "list.remove", isOff: false, run: () => put(items.filter((_, place) => place !== index)) },
                ]}
              />
            </li>
          ))}
        </ol>
      )}
      <button type="button" className="button quiet add" data-path={pathId(path)} aria-label={full(names.addItem(key))} disabled={items.length >= (shape.most ?? Infinity)} onClick={add}>
        <Plus size={15} aria-hidden />
        {names.addItem(key)}
      </button>
    </FieldGroup>
  );
}

export interface Command {
  id: string;
  isOff: boolean;
  run: () => void;
}

interface ItemProps {
  path: Path;
  name: string;
  commands: readonly Command[];
}

function Item({ shape, ...rest }: ItemProps & { shape: Shape }) {
  if (shape.type === "object") {
    return <ObjectItem {...rest} shape={shape} />;
  }
  const { path, name, commands } = rest;
  return <ValueField path={path} shape={shape} label={name} isRequired end={<ItemMenu name={name} commands={commands} />} />;
}

/** An entry whose first field bears its name; where none can, a line of its own does. */
function ObjectItem({ path, shape, name, commands }: ItemProps & { shape: ObjectShape }) {
  const list = String(path.at(-2));
  const form = useObjectForm(path, shape.keys, objectLayout(shape, list));
  const faults = useFaults(path);
  const [isUnfolded, unfold] = useState(false);
  const naming = form.shown.find((key) => key.name === NAMED_BY[shape.name]);
  const menu = (
    <ItemMenu name={name} commands={commands} isUnfolded={isUnfolded} onUnfold={form.folded.length > 0 ? () => unfold(!isUnfolded) : undefined} onClosed={form.onMenuClosed}>
      <KeyItems form={form} owner={shape.name} />
    </ItemMenu>
  );
  return (
    <div className="fields">
      {naming ? (
        <ValueField path={[...path, naming.name]} shape={naming.shape} label={name} isRequired={naming.isRequired || shape.name === "Choice"} end={menu} />
      ) : (
        <div className="field-label">
          <span>{name}</span>
          {menu}
        </div>
      )}
      <div className="field-more">
        <Faults faults={faults} />
      </div>
      <Owner name={name}>
        <KeyFields path={path} owner={shape.name} keys={form.shown.filter((key) => key !== naming)} />
        {(isUnfolded || form.hasUnfolded) && <KeyFields path={path} owner={shape.name} keys={form.folded} />}
        <UnknownKeys path={path} names={form.unknown} />
      </Owner>
    </div>
  );
}

interface ItemMenuProps {
  name: string;
  commands: readonly Command[];
  isUnfolded?: boolean;
  onUnfold?: (() => void) | undefined;
  onClosed?: () => void;
  children?: ReactNode;
}

/** What can be done to an entry: its place, and the keys that it could have. */
export function ItemMenu({ name, commands, isUnfolded = false, onUnfold, onClosed, children }: ItemMenuProps) {
  const text = useTexts();
  const full = useFullName();
  const label = text("list.menu", { item: full(name) });
  return (
    <MenuButton
      align="end"
      onClosed={onClosed}
      trigger={
        <button type="button" className="tool" aria-label={label} title={label}>
          <EllipsisVertical size={15} aria-hidden />
        </button>
      }
    >
      <MenuSection>
        {commands.map(({ id, isOff, run }) => (
          <MenuItem key={id} disabled={isOff} onSelect={run}>
            {text(id)}
          </MenuItem>
        ))}
      </MenuSection>
      {(onUnfold || children) && (
        <MenuSection>
          {onUnfold && (
            <MenuItem isOn={isUnfolded} onSelect={onUnfold}>
              {text(isUnfolded ? "list.fold" : "list.unfold")}
            </MenuItem>
          )}
          {children}
        </MenuSection>
      )}
    </MenuButton>
  );
}
