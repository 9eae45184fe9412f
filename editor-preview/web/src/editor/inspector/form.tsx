/** The place of a form in the document: its fields read and write there, and nowhere else. */
import { createContext, useContext, useMemo } from "react";

import type { Diagnostic } from "../../api/bots";
import { getAt, isObject, type Json, type JsonObject, type Path, pathId, removeAt, setAt } from "../json";
import { placeOf } from "../problems/order";
import { useEditor, useEditorStore } from "../store";

/** A form of a step, or of the bot itself. */
export interface FormPlace {
  /** The step; null: the bot. */
  step: string | null;
  /** The kind of the step; empty for the bot. */
  kind: string;
}

export const FormContext = createContext<FormPlace>({ step: null, kind: "" });

export function useForm(): FormPlace {
  return useContext(FormContext);
}

/** Where a form begins in the document. */
export function baseOf({ step }: FormPlace): Path {
  return step === null ? [] : ["steps", step];
}

/** The value at a path of the form. */
export function useValue(path: Path): Json | undefined {
  const base = baseOf(useForm());
  return useEditor((state) => getAt(state.history.document, [...base, ...path]));
}

/** The whole that the form is about: a step, or the bot. */
export function useSubject(): JsonObject {
  const subject = useValue([]);
  return isObject(subject) ? subject : {};
}

/** Writes a value of the form; undefined takes its key out. What is typed in one go is undone in one go. */
export type Write = (path: Path, value: Json | undefined, isTyped?: boolean) => void;

export function useWrite(): Write {
  const store = useEditorStore();
  const form = useForm();
  return useMemo(() => {
    const base = baseOf(form);
    return (path, value, isTyped = false) => {
      const { edit } = store.getState();
      const whole = [...base, ...path];
      const change = (document: JsonObject) => (value === undefined ? removeAt(document, whole) : setAt(document, whole, value));
      edit(change, isTyped ? pathId(whole) : undefined);
    };
  }, [store, form]);
}

/** What is wrong at a path of the form; with `isDeep`, below it, too. */
export function useFaults(path: Path, isDeep = false): readonly Diagnostic[] {
  const form = useForm();
  const diagnostics = useEditor((state) => state.diagnostics);
  const here = pathId([...baseOf(form), ...path]);
  return diagnostics.filter((problem) => {
    const place = placeOf(problem);
    return place === here || (isDeep && place.startsWith(`${here}.`));
  });
}
