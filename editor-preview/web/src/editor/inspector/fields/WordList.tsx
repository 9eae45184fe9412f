import { Plus, X } from "lucide-react";
import { useId, useRef } from "react";

import { useTexts } from "../../../i18n/texts";
import { textOf } from "../../document";
import { isObject, pathId } from "../../json";
import { placeOf } from "../../problems/order";
import { useEditorStore } from "../../store";
import { baseOf, useFaults, useForm, useFullName, useValue, useWrite } from "../form";
import { useOffers } from "../offers";
import { Field } from "./Field";
import { Offers } from "./Offers";
import type { Of, ValueProps } from "./ValueField";

/** Short texts, one after the other; the last place is for a new one. */
export function WordList({ path, shape, label, isRequired = false, end }: ValueProps<Of<"list">>) {
  const text = useTexts();
  const full = useFullName();
  const inner = useFullName(label);
  const store = useEditorStore();
  const offers = useId();
  const fresh = useRef<HTMLInputElement>(null);
  const value = useValue(path);
  const beside = useValue(path.slice(0, -1));
  const write = useWrite();
  const key = String(path.at(-1));
  const offered = useOffers(shape.of.type === "string" && shape.of.kind !== "text" && shape.of.kind !== "" ? shape.of.kind : key, isObject(beside) ? beside : {});
  const words = Array.isArray(value) ? value.map(textOf) : [];
  const faults = useFaults(path, true).map(placeOf);
  const whole = pathId([...baseOf(useForm()), ...path]);
  const put = (changed: readonly string[], isTyped = false) => write(path, changed.length === 0 && !isRequired ? undefined : [...changed], isTyped);
  const take = () => {
    const written = fresh.current?.value.trim() ?? "";
    if (fresh.current && written !== "") {
      fresh.current.value = "";
      put([...words, written]);
    }
  };
  return (
    <Field path={path} label={label} help={shape.help} isWhole end={end}>
      {(control) => (
        <div className="words">
          {words.map((word, index) => {
            const name = text("words.word", { field: full(label), number: index + 1 });
            return (
              <span key={index} className="word">
                <input
                  aria-label={name}
                  data-path={pathId([...path, index])}
                  aria-invalid={faults.includes(`${whole}.${index}`)}
                  value={word}
                  size={Math.max(3, word.length)}
                  onChange={(event) => put(words.with(index, event.target.value), true)}
                  onBlur={() => {
                    store.getState().endGesture();
                    if (word.trim() === "") {
                      put(words.filter((_, place) => place !== index));
                    }
                  }}
                />
                <button type="button" className="tool" aria-label={inner(text("words.remove", { word }))} title={text("words.remove", { word })} onClick={() => put(words.filter((_, place) => place !== index))}>
                  <X size={13} aria-hidden />
                </button>
              </span>
            );
          })}
          <span className="word-new">
            <input
              {...control}
              ref={fresh}
              className="input"
              placeholder={text("words.add")}
              list={offered.length > 0 ? offers : undefined}
              onBlur={take}
              onKeyDown={(event) => {
                if (event.key === "Enter" || event.key === ",") {
                  event.preventDefault();
                  take();
                }
              }}
            />
            <button type="button" className="button quiet icon" aria-label={text("words.add_to", { field: full(label) })} title={text("words.add_to", { field: label })} onClick={take}>
              <Plus size={15} aria-hidden />
            </button>
          </span>
          {offered.length > 0 && <Offers id={offers} offers={offered} />}
        </div>
      )}
    </Field>
  );
}
