import { useRef, useState } from "react";

import { isObject, pathId, type Path } from "../../json";
import { useEditor } from "../../store";
import { focusField } from "../focus";
import { useForm, useValue, useWrite } from "../form";
import { inOrder, type Layout } from "../layout";
import type { Key } from "../schema";
import { blankOf } from "../values";

/** What a form of an object shows, and what could be added to it. */
export interface ObjectForm {
  shown: readonly Key[];
  /** Keys that hold something and stand folded. */
  folded: readonly Key[];
  /** Keys that hold nothing yet. */
  absent: readonly Key[];
  /** Keys that the schema does not have. They are kept as they are. */
  unknown: readonly string[];
  add: (key: Key) => void;
  /** A key that stands folded was added. */
  hasUnfolded: boolean;
  /** The menu of keys was closed: what was added gets the focus. */
  onMenuClosed: () => void;
}

/** The form of an object at a path: its keys in the layout's order. */
export function useObjectForm(path: Path, keys: readonly Key[], layout: Layout): ObjectForm {
  const [added, setAdded] = useState<ReadonlySet<string>>(new Set());
  const latest = useRef<string | null>(null);
  const value = useValue(path);
  const write = useWrite();
  const { step } = useForm();
  const wanted = useEditor((state) => (state.wanted.step === step ? state.wanted.path : ""));
  const object = isObject(value) ? value : {};
  const isWanted = ({ name }: Key) => `${wanted}.`.startsWith(`${pathId([...path, name])}.`);
  const isFolded = ({ name }: Key) => layout.folded?.includes(name) ?? false;
  const isShown = (key: Key) => key.isRequired || layout.open.includes(key.name) || Object.hasOwn(object, key.name) || added.has(key.name) || isWanted(key);
  const ordered = inOrder(keys, layout);
  return {
    shown: ordered.filter((key) => isShown(key) && !isFolded(key)),
    folded: ordered.filter((key) => isShown(key) && isFolded(key)),
    absent: ordered.filter((key) => !isShown(key)),
    unknown: Object.keys(object).filter((name) => !keys.some((key) => key.name === name)),
    add: (key) => {
      setAdded(new Set([...added, key.name]));
      latest.current = key.name;
      // A text or a number is there once it is written; what is chosen or filled in begins with what it must have.
      if (["object", "boolean"].includes(key.shape.type)) {
        write([...path, key.name], blankOf(key.shape));
      }
    },
    hasUnfolded: ordered.some((key) => isFolded(key) && added.has(key.name)),
    onMenuClosed: () => {
      if (latest.current !== null) {
        focusField(document.querySelector(".inspector"), pathId([...path, latest.current]), false);
        latest.current = null;
      }
    },
  };
}
