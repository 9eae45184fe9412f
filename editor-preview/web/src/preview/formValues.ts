import type { JsonObject } from "../editor/json";

/** What the fields of a drawn form hold, by name. Boxes are a list of those that are ticked; one that stands for yes is a text or none. */
export function formValues(form: HTMLFormElement): JsonObject {
  const given = new FormData(form);
  const names = [...form.elements].flatMap((field) => (field instanceof HTMLInputElement || field instanceof HTMLSelectElement || field instanceof HTMLTextAreaElement ? [field] : []));
  return Object.fromEntries(
    names
      .filter(({ name }) => name !== "")
      .map((field) => {
        const texts = given.getAll(field.name).map(String);
        const isList = field.type === "checkbox" && field.value !== "true";
        return [field.name, isList ? texts : (texts[0] ?? "")];
      }),
  );
}
