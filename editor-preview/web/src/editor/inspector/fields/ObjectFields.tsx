import { Plus } from "lucide-react";
import type { ReactNode } from "react";

import { useTexts } from "../../../i18n/texts";
import { MenuButton, MenuItem } from "../../../ui/Menu";
import type { Path } from "../../json";
import { pathId } from "../../json";
import { Owner, useFaults, useFullName, useWrite } from "../form";
import { objectLayout } from "../layout";
import { useNames } from "../names";
import { firstSentence, type Key, type ObjectShape } from "../schema";
import { Faults, FieldGroup } from "./Field";
import { type ObjectForm, useObjectForm } from "./useObjectForm";
import { type Of, ValueField, type ValueProps } from "./ValueField";

/** An object under its own name. */
export function ObjectField({ path, shape, label, isRequired = false, end }: ValueProps<Of<"object">>) {
  const write = useWrite();
  return (
    <FieldGroup path={path} label={label} help={shape.help} end={end} onRemove={isRequired ? undefined : () => write(path, undefined)}>
      <Owner name={label}>
        <ObjectFields path={path} shape={shape} />
      </Owner>
    </FieldGroup>
  );
}

/** The fields of an object inside of a step. */
export function ObjectFields({ path, shape }: { path: Path; shape: ObjectShape }) {
  const form = useObjectForm(path, shape.keys, objectLayout(shape, ""));
  return (
    <div className="fields">
      <KeyFields path={path} owner={shape.name} keys={form.shown} />
      <UnknownKeys path={path} names={form.unknown} />
      <AddKey form={form} owner={shape.name} />
    </div>
  );
}

/** One field a key. */
export function KeyFields({ path, owner, keys }: { path: Path; owner: string; keys: readonly Key[] }) {
  const names = useNames();
  return keys.map(({ name, shape, isRequired }) => <ValueField key={name} path={[...path, name]} shape={shape} label={names.key(name, owner.toLowerCase())} isRequired={isRequired} />);
}

/** The menu of the keys that an object could have. */
export function AddKey({ form, owner }: { form: ObjectForm; owner: string }) {
  const text = useTexts();
  const full = useFullName();
  if (form.absent.length === 0) {
    return null;
  }
  const name = text("field.add");
  return (
    <MenuButton
      onClosed={form.onMenuClosed}
      trigger={
        <button type="button" className="button quiet add" aria-label={full(name)}>
          <Plus size={15} aria-hidden />
          {name}
        </button>
      }
    >
      <KeyItems form={form} owner={owner} />
    </MenuButton>
  );
}

/** The entries of a menu that add keys. */
export function KeyItems({ form, owner }: { form: ObjectForm; owner: string }): ReactNode {
  const names = useNames();
  return form.absent.map((key) => (
    <MenuItem key={key.name} className="menu-item is-tall" onSelect={() => form.add(key)}>
      <span>{names.key(key.name, owner.toLowerCase())}</span>
      {key.shape.help !== "" && <small className="muted">{firstSentence(key.shape.help)}</small>}
    </MenuItem>
  ));
}

/** Keys that the language of this server does not have: they are kept, and can be taken out. */
export function UnknownKeys({ path, names }: { path: Path; names: readonly string[] }) {
  return names.map((name) => <UnknownKey key={name} path={[...path, name]} name={name} />);
}

function UnknownKey({ path, name }: { path: Path; name: string }) {
  const text = useTexts();
  const write = useWrite();
  const faults = useFaults(path, true);
  return (
    <div className="unknown-key">
      <span>
        <code>{name}</code> <span className="muted">{text("field.unknown")}</span>
      </span>
      <button type="button" className="button quiet" data-path={pathId(path)} onClick={() => write(path, undefined)}>
        {text("field.take_out")}
      </button>
      <div className="field-more">
        <Faults faults={faults} />
      </div>
    </div>
  );
}
