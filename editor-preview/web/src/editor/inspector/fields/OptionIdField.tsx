import { useState } from "react";

import { textOf } from "../../document";
import { useEditorStore } from "../../store";
import { changeOptionId } from "../../translations/renaming";
import { useForm, useValue, useWrite } from "../form";
import { Field } from "./Field";
import type { Of, ValueProps } from "./ValueField";

/** The id of an option. It is taken when it is complete, with the translations that go by it: a half of it could be the id of another one. */
export function OptionIdField({ path, shape, label, isRequired = false, end }: ValueProps<Of<"string">>) {
  const store = useEditorStore();
  const { step } = useForm();
  const write = useWrite();
  const value = textOf(useValue(path));
  const [typed, type] = useState<string | null>(null);
  const take = () => {
    type(null);
    if (typed === null || typed === value) {
      return;
    }
    const id = typed === "" && !isRequired ? undefined : typed;
    if (step === null) {
      write(path, id);
    } else {
      store.getState().edit(changeOptionId(step, path.slice(0, -1), id));
    }
  };
  return (
    <Field path={path} label={label} help={shape.help} end={end}>
      {(control) => (
        <input
          {...control}
          className="input code"
          value={typed ?? value}
          spellCheck={false}
          autoComplete="off"
          onChange={(event) => type(event.target.value)}
          onBlur={take}
          onKeyDown={(event) => {
            if (event.key === "Enter") {
              take();
            } else if (event.key === "Escape" && typed !== null) {
              event.stopPropagation();
              type(null);
            }
          }}
        />
      )}
    </Field>
  );
}
