import { CircleHelp, X } from "lucide-react";
import { type ReactNode, useId, useState } from "react";

import type { Diagnostic } from "../../../api/bots";
import { useTexts } from "../../../i18n/texts";
import { type Path, pathId } from "../../json";
import { keyOf } from "../../problems/order";
import { ProblemFixes, ProblemText } from "../../problems/ProblemText";
import { useFaults, useFullName } from "../form";

/** What a control needs to be a field: its name for the label, and where what is wrong with it stands. */
export interface Control {
  id: string;
  "data-path": string;
  "aria-invalid": boolean;
  "aria-describedby": string;
}

interface Props {
  path: Path;
  label: string;
  help?: string;
  /** How much of its length is used. */
  length?: { used: number; limit: number } | undefined;
  /** What is wrong below this path is shown here, too: the control holds all of it. */
  isWhole?: boolean;
  /** Commands for writing; they stand before the counter. */
  tools?: ReactNode;
  /** What concerns the whole; it stands at the end of the line. */
  end?: ReactNode;
  onRemove?: (() => void) | undefined;
  children: (control: Control) => ReactNode;
}

/** A control with its label, its help, how much of it is used, and what is wrong with it. */
export function Field({ path, label, help = "", length, isWhole = false, tools, end, onRemove, children }: Props) {
  const text = useTexts();
  const full = useFullName();
  const id = useId();
  const faults = useFaults(path, isWhole);
  const isTooLong = length !== undefined && length.used > length.limit;
  const control: Control = {
    id,
    "data-path": pathId(path),
    "aria-invalid": isTooLong || faults.some(({ severity }) => severity === "error"),
    "aria-describedby": `${id}-more`,
  };
  return (
    <div className="field">
      <Help help={help} label={label}>
        <label id={`${id}-label`} htmlFor={id}>
          {label}
          <span className="hidden">{full(label).slice(label.length)}</span>
        </label>
        {tools}
        {length && (
          <span className={isTooLong ? "counter error-text" : "counter"} aria-hidden>
            {length.used}/{length.limit}
          </span>
        )}
        {end}
        {onRemove && <RemoveButton label={label} onRemove={onRemove} />}
      </Help>
      {children(control)}
      <div id={`${id}-more`} className="field-more">
        {isTooLong && faults.length === 0 && <p className="error-text">{text("field.too_long", { length: length.used, limit: length.limit })}</p>}
        <Faults faults={faults} />
      </div>
    </div>
  );
}

/** Several controls under one name. */
export function FieldGroup({ path, label, help = "", end, onRemove, children }: Omit<Props, "children" | "length" | "isWhole" | "tools"> & { children: ReactNode }) {
  const full = useFullName();
  const id = useId();
  const faults = useFaults(path);
  return (
    <div className="field-group" role="group" aria-labelledby={id} aria-describedby={`${id}-more`}>
      <Help help={help} label={label}>
        <span id={id}>
          {label}
          <span className="hidden">{full(label).slice(label.length)}</span>
        </span>
        {end}
        {onRemove && <RemoveButton label={label} onRemove={onRemove} />}
      </Help>
      <div id={`${id}-more`} className="field-more">
        <Faults faults={faults} />
      </div>
      {children}
    </div>
  );
}

/** A line of a label, with a sign that shows what the schema says of the key. */
function Help({ help, label, children }: { help: string; label: string; children: ReactNode }) {
  const text = useTexts();
  const full = useFullName();
  const [isShown, show] = useState(false);
  return (
    <>
      <div className="field-label">
        {children}
        {help !== "" && (
          <button type="button" className="help-button" aria-expanded={isShown} aria-label={text("field.help", { field: full(label) })} title={help} onClick={() => show(!isShown)}>
            <CircleHelp size={14} aria-hidden />
          </button>
        )}
      </div>
      {isShown && <p className="field-help">{help}</p>}
    </>
  );
}

function RemoveButton({ label, onRemove }: { label: string; onRemove: () => void }) {
  const text = useTexts();
  const full = useFullName();
  const name = text("field.remove", { field: full(label) });
  return (
    <button type="button" className="tool" aria-label={name} title={name} onClick={onRemove}>
      <X size={14} aria-hidden />
    </button>
  );
}

/** What is wrong, with what can be done about it. */
export function Faults({ faults }: { faults: readonly Diagnostic[] }) {
  return faults.map((problem) => (
    <div key={keyOf(problem)} className={problem.severity === "error" ? "error-text" : "warn-text"}>
      <ProblemText problem={problem} /> <ProblemFixes problem={problem} />
    </div>
  ));
}
