/** Puts the focus on the first field of an element; what stands there is to be written over. */
export function focusFirst(element: Element | undefined | null): void {
  focusOn(element?.querySelector<HTMLElement>("[data-path]"), true);
}

/** Puts the focus on a field of a form: the one with this path, else the nearest above it, else the first. */
export function focusField(form: Element | null, path: string, isNew: boolean): void {
  const keys = path === "" ? [] : path.split(".");
  const paths = keys.map((_, index) => keys.slice(0, keys.length - index).join("."));
  const selectors = [...paths.flatMap((one) => [`[data-path="${CSS.escape(one)}"]`, `[data-path^="${CSS.escape(one)}."]`]), "[data-path]"];
  focusOn(selectors.map((selector) => form?.querySelector<HTMLElement>(selector)).find((found) => found) ?? null, isNew);
}

function focusOn(field: HTMLElement | undefined | null, isNew: boolean): void {
  field?.focus();
  if (isNew && (field instanceof HTMLInputElement || field instanceof HTMLTextAreaElement)) {
    field.select();
  }
}
