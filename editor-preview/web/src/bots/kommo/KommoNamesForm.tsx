import type { KommoId, KommoNames } from "../../api/imports";
import { usePhrases, useTexts } from "../../i18n/texts";
import { named } from "./imports";

/** Names for what has only an id in Kommo. Whoever leaves them out goes on with the ids. */
export function KommoNamesForm({ ids, names, onChange }: { ids: readonly KommoId[]; names: KommoNames; onChange: (names: KommoNames) => void }) {
  const text = useTexts();
  const phrase = usePhrases();
  const kinds = [...new Set(ids.map(({ kind }) => kind))];
  if (kinds.length === 0) {
    return null;
  }
  return (
    <details className="kommo-names" open>
      <summary>{text("kommo.names", { count: ids.length })}</summary>
      <p className="muted">{text("kommo.names_more")}</p>
      {kinds.map((kind) => {
        const own = ids.filter((id) => id.kind === kind);
        return (
          <fieldset key={kind}>
            <legend>{text(`kommo.kind.${kind}`)}</legend>
            <p className="muted">{phrase(own[0]?.about ?? "")}</p>
            {own.map((id) => (
              <label key={id.id} className="kommo-id">
                <code>{id.id}</code>
                <input className="input" value={names[kind]?.[id.id] ?? ""} onChange={(event) => onChange(named(names, id, event.target.value))} aria-label={text("kommo.name_of", { id: id.id })} />
                <span className="muted">{id.used.join(", ")}</span>
              </label>
            ))}
          </fieldset>
        );
      })}
    </details>
  );
}
