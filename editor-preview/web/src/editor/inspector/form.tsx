/** The place of a form in the document: its fields read and write there, and nowhere else. */
import { createContext, type ReactNode, useContext, useMemo } from "react";

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

/** Full names of what a form's fields belong to, such as an entry of a list; empty: the form itself. */
const OwnerContext = createContext("");

/** Fields that belong to something with a name of its own. */
export function Owner({ name, children }: { name: string; children: ReactNode }) {
  const full = useFullName();
  return <OwnerContext value={full(name)}>{children}</OwnerContext>;
}

/** Tells controls of one name apart for those who don't see where they stand: `Goes to, Button 2`. A field's own controls belong to it, too. */
export function useFullName(field = ""): (name: string) => string {
  const owner = useContext(OwnerContext);
  return (name) => [name, field, owner].filter((part) => part !== "").join(", ");
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
