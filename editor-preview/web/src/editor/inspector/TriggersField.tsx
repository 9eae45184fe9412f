import { Plus } from "lucide-react";
import { useMemo } from "react";

import { useTexts } from "../../i18n/texts";
import { textOf } from "../document";
import { isObject, type Json, type JsonObject, type Path, pathId } from "../json";
import { FieldGroup, Field } from "./fields/Field";
import { type Command, ItemMenu } from "./fields/ListField";
import { KeyFields, KeyItems, UnknownKeys } from "./fields/ObjectFields";
import { useObjectForm } from "./fields/useObjectForm";
import { Owner, useValue, useWrite } from "./form";
import { duplicate, moved } from "./items";
import { triggerLayout } from "./layout";
import { useNames } from "./names";
import type { ObjectShape } from "./schema";
import { blankOf } from "./values";

type Triggers = ReadonlyMap<string, ObjectShape>;

const PATH: Path = ["triggers"];

/** What starts the bot: one card a trigger. */
export function TriggersField({ triggers }: { triggers: Triggers }) {
  const text = useTexts();
  const names = useNames();
  const value = useValue(PATH);
  const write = useWrite();
  const items = Array.isArray(value) ? value : [];
  const put = (changed: readonly Json[]) => write(PATH, changed.length === 0 ? undefined : [...changed]);
  return (
    <FieldGroup path={PATH} label={names.key("triggers")}>
      {items.length === 0 && <p className="muted">{text("triggers.none")}</p>}
      <ol className="items">
        {items.map((item, index) => (
          <li key={index} className="item">
            <Trigger
              path={[...PATH, index]}
              value={isObject(item) ? item : {}}
              triggers={triggers}
              name={names.item("triggers", index + 1)}
              commands={[
                { id: "list.up", isOff: index === 0, run: () => put(moved(items, index, index - 1)) },
                { id: "list.down", isOff: index === items.length - 1, run: () => put(moved(items, index, index + 1)) },
                { id: "list.duplicate", isOff: false, run: () => put([...items.slice(0, index + 1), duplicate(item, {}), ...items.slice(index + 1)]) },
                { id: "list.remove", isOff: false, run: () => put(items.filter((_, place) => place !== index)) },
              ]}
            />
          </li>
        ))}
      </ol>
      <button type="button" className="button quiet add" data-path={pathId(PATH)} onClick={() => put([...items, { on: "message" }])}>
        <Plus size={15} aria-hidden />
        {names.addItem("triggers")}
      </button>
    </FieldGroup>
  );
}

function Trigger({ path, value, triggers, name, commands }: { path: Path; value: JsonObject; triggers: Triggers; name: string; commands: readonly Command[] }) {
  const text = useTexts();
  const write = useWrite();
  const on = textOf(value.on);
  const shape = triggers.get(on);
  const keys = useMemo(() => shape?.keys ?? [], [shape]);
  const form = useObjectForm(path, keys, triggerLayout(on));
  return (
    <div className="fields">
      <Field
        path={[...path, "on"]}
        label={name}
        help={shape?.help ?? ""}
        end={
          <ItemMenu name={name} commands={commands} onClosed={form.onMenuClosed}>
            <KeyItems form={form} owner="trigger" />
          </ItemMenu>
        }
      >
        {(control) => (
          <select {...control} className="input" value={on} onChange={(event) => write(path, become(value, event.target.value, triggers))}>
            {!shape && <option value={on}>{on}</option>}
            {[...triggers.keys()].map((word) => (
              <option key={word} value={word}>
                {text(`trigger.${word}`)}
              </option>
            ))}
          </select>
        )}
      </Field>
      <Owner name={name}>
        <KeyFields path={path} owner="trigger" keys={form.shown} />
        <UnknownKeys path={path} names={form.unknown.filter((key) => key !== "on")} />
      </Owner>
    </div>
  );
}

/** A trigger of another kind: what all have stays, what it must have is there. */
function become(value: JsonObject, on: string, triggers: Triggers): JsonObject {
  const keys = triggers.get(on)?.keys ?? [];
  const kept = Object.entries(value).filter(([key]) => keys.some(({ name }) => name === key));
  const needed = keys.filter((key) => key.isRequired).map((key): [string, Json] => [key.name, blankOf(key.shape)]);
  return { on, ...Object.fromEntries(needed), ...Object.fromEntries(kept) };
}
