import type { ReactNode } from "react";

import { shell } from "../app/shell";
import { singleKeys } from "../app/choices";
import { GO_KEYS } from "../app/useAppKeys";
import { COMMANDS, SECTIONS } from "../editor/commands";
import { useTexts } from "../i18n/texts";
import { Dialog } from "../ui/Dialog";
import { Keys } from "./Keys";
import "./palette.css";

/** Every key of the studio, and the switch of those that are one character. */
export default function KeySheet() {
  const text = useTexts();
  const areOn = singleKeys.use() === "on";
  const sections = SECTIONS.map((section) => ({ section, commands: COMMANDS.filter((command) => command.section === section && command.keys.length > 0) })).filter(({ commands }) => commands.length > 0);
  const close = () => shell.getState().show(null);
  return (
    <Dialog title={text("keys.title")} onClose={close}>
      <div className="key-sheet">
        <label className="check">
          <input type="checkbox" checked={areOn} onChange={(event) => singleKeys.set(event.target.checked ? "on" : "off")} data-autofocus />
          {text("keys.single")}
        </label>
        <p className="muted">{text("keys.where")}</p>
        <div className="key-scroll" tabIndex={0} role="group" aria-label={text("keys.title")}>
          <div className="key-sections">
            <Section name={text("keys.everywhere")}>
              <Row name={text("palette.title")} keys={["Mod+K"]} />
              <Row name={text("keys.title")} keys={["?"]} />
              {GO_KEYS.map(({ letter, name }) => (
                <Row key={letter} name={text(name)} keys={["G", letter.toUpperCase()]} isSequence />
              ))}
            </Section>
            {sections.map(({ section, commands }) => (
              <Section key={section} name={text(`section.${section}`)}>
                {commands.map((command) => (
                  <Row key={command.id} name={text(command.text)} keys={command.keys} />
                ))}
              </Section>
            ))}
          </div>
        </div>
        <div className="dialog-actions">
          <button type="button" className="button" onClick={close}>
            {text("dialog.close")}
          </button>
        </div>
      </div>
    </Dialog>
  );
}

function Section({ name, children }: { name: string; children: ReactNode }) {
  return (
    <section>
      <h3>{name}</h3>
      <dl>{children}</dl>
    </section>
  );
}

/** What a key does. Keys of a sequence are pressed one after the other, others are alternatives. */
function Row({ name, keys, isSequence }: { name: string; keys: readonly string[]; isSequence?: boolean }) {
  const text = useTexts();
  return (
    <div className="key-row">
      <dt>{name}</dt>
      <dd>
        {keys.map((one, index) => (
          <span key={one}>
            {index > 0 && <span className="muted"> {text(isSequence ? "keys.then" : "keys.or")} </span>}
            <Keys keys={one} />
          </span>
        ))}
      </dd>
    </div>
  );
}
