import { useCallback } from "react";

import type { Path } from "../json";
import { pathId } from "../json";
import { useEditorStore } from "../store";
import { useForm } from "./form";
import { useAccountFields } from "./offers";
import { readableNames } from "./scope";

/** Gives the names that an expression at a path can begin with; they are looked for only when somebody asks. */
export function useNamesAt(path: Path): () => readonly string[] {
  const store = useEditorStore();
  const account = useAccountFields();
  const { kind } = useForm();
  // A path is a new list with every drawing; as one word it is the same.
  return useCallback(() => readableNames(store.getState().history.document, account, { kind, path }), [store, account, kind, pathId(path)]);
}
