import { Plus, X } from "lucide-react";
import { useId, useState } from "react";

import { useTexts } from "../../../i18n/texts";
import { isObject, type Path, pathId } from "../../json";
import { Owner, useFaults, useFullName, useValue, useWrite } from "../form";
import { useNames } from "../names";
import { useOffers } from "../offers";
import type { Shape } from "../schema";
import { blankOf, renameKey } from "../values";
import { Faults, FieldGroup } from "./Field";
import { ObjectFields } from "./ObjectFields";
import { Offers } from "./Offers";
import { type Of, ValueField, type ValueProps } from "./ValueField";

/** Values by their keys: paths, names of headers, of variables, … */
export function MapField({ path, shape, label, isRequired = false, end }: ValueProps<Of<"map">>) {
  const text = useTexts();
  const names = useNames();
  const full = useFullName();
  const value = useValue(path);
  const write = useWrite();
  const key = String(path.at(-1));
  const map = isObject(value) ? value : {};
  const [fresh, setFresh] = useState("");
  const take = () => {
    const name = fresh.trim();
    if (name !== "" && !Object.hasOwn(map, name)) {
      write([...path, name], blankOf(shape.of));
      setFresh("");
    }
  };
  return (
    <FieldGroup path={path} label={label} help={shape.help} end={end}>
      {Object.keys(map).length > 0 && (
        <ul className="items">
          {Object.keys(map).map((name, index) => (
            <li key={index} className="item">
              <Owner name={label}>
                <Entry
                  path={[...path, name]}
                  shape={shape}
                  onRename={(to) => {
                    if (to !== "" && !Object.hasOwn(map, to)) {
                      write(path, renameKey(map, name, to));
                    }
                  }}
                  onRemove={() => {
                    const { [name]: _, ...others } = map;
                    write(path, Object.keys(others).length === 0 && !isRequired ? undefined : others);
                  }}
                />
              </Owner>
            </li>
          ))}
        </ul>
      )}
      <span className="word-new">
        <KeyInput
          kind={offersOf(shape.kind, key)}
          label={full(names.addItem(key))}
          hint={names.addItem(key)}
          data-path={pathId(path)}
          value={fresh}
          isNew
          isTaken={Object.hasOwn(map, fresh.trim())}
          onChange={setFresh}
          onTake={take}
        />
        <button type="button" className="button quiet icon" aria-label={text("map.add", { field: full(label) })} title={text("map.add", { field: label })} onClick={take}>
          <Plus size={15} aria-hidden />
        </button>
      </span>
    </FieldGroup>
  );
}

function Entry({ path, shape, onRename, onRemove }: { path: Path; shape: Of<"map">; onRename: (to: string) => void; onRemove: () => void }) {
  const text = useTexts();
  const full = useFullName();
  const name = String(path.at(-1));
  const [typed, setTyped] = useState<string | null>(null);
  const faults = useFaults(path);
  const isPlain = shape.of.type !== "object";
  return (
    <div className="fields">
      <span className="word-new">
        <KeyInput
          kind={offersOf(shape.kind, String(path.at(-2)))}
          label={full(text("map.key", { key: name }))}
          value={typed ?? name}
          onChange={setTyped}
          onTake={() => {
            onRename((typed ?? name).trim());
            setTyped(null);
          }}
        />
        <button type="button" className="button quiet icon" aria-label={full(text("words.remove", { word: name }))} title={text("words.remove", { word: name })} onClick={onRemove}>
          <X size={15} aria-hidden />
        </button>
      </span>
      {isPlain ? (
        <ValueField path={path} shape={shape.of} label={text("map.value", { key: name })} isRequired />
      ) : (
        <>
          <div className="field-more">
            <Faults faults={faults} />
          </div>
          <Owner name={name}>
            <ObjectFields path={path} shape={shape.of as Extract<Shape, { type: "object" }>} />
          </Owner>
        </>
      )}
    </div>
  );
}

interface KeyProps {
  kind: string;
  label: string;
  /** What stands in an empty field for a new key. */
  hint?: string;
  value: string;
  isNew?: boolean;
  isTaken?: boolean;
  "data-path"?: string;
  onChange: (value: string) => void;
  /** What was typed is meant. */
  onTake: () => void;
}

/** A key: it is taken when it is complete, for with each letter it would be another key. */
function KeyInput({ kind, label, hint, value, isNew = false, isTaken = false, onChange, onTake, ...rest }: KeyProps) {
  const list = useId();
  const offers = useOffers(kind, {});
  return (
    <>
      <input
        {...rest}
        className="input code"
        aria-label={label}
        placeholder={isNew ? hint : ""}
        aria-invalid={isTaken}
        list={offers.length > 0 ? list : undefined}
        spellCheck={false}
        value={value}
        onChange={(event) => onChange(event.target.value)}
        onBlur={onTake}
        onKeyDown={(event) => {
          if (event.key === "Enter") {
            event.preventDefault();
            onTake();
          }
        }}
      />
      {offers.length > 0 && <Offers id={list} offers={offers} />}
    </>
  );
}

/** Names of a map are offered where it is known what they name. */
function offersOf(kind: string, key: string): string {
  return kind === "name" && key === "variables" ? "variable" : kind;
}
