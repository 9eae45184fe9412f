import { Plus, X } from "lucide-react";
import { useId, useState } from "react";

import { useTexts } from "../../../i18n/texts";
import { textOf } from "../../document";
import { type Path, pathId } from "../../json";
import { useEditorStore } from "../../store";
import { literalOf, OPERATORS, type Operator, type Row, rowsOf, shownLiteral, sourceOf } from "../condition";
import { baseOf, Owner, useForm, useFullName, useValue, useWrite } from "../form";
import { useNamesAt } from "../useNamesAt";
import { FieldGroup } from "./Field";
import { ExpressionField } from "./TextFields";
import type { Of, ValueProps } from "./ValueField";

/** A condition: as rows where it is of the simple form and nobody wants it otherwise, else as code. */
export function ConditionField(props: ValueProps<Of<"string">>) {
  const text = useTexts();
  const full = useFullName(props.label);
  const source = textOf(useValue(props.path));
  const [isCode, showCode] = useState(false);
  const rows = rowsOf(source);
  const hasRows = source === "" || rows !== undefined;
  const other = text(isCode ? "condition.as_rows" : "condition.as_code");
  const end = (
    <>
      {hasRows && (
        <button type="button" className="tool-word" aria-label={full(other)} onClick={() => showCode(!isCode)}>
          {other}
        </button>
      )}
      {props.end}
    </>
  );
  if (isCode || !hasRows) {
    return <ExpressionField {...props} end={end} />;
  }
  return <Rows {...props} end={end} rows={rows?.rows ?? []} join={rows?.join ?? "&&"} />;
}

const FRESH: Row = { path: "", operator: "==", literal: "" };

function Rows({ path, shape, label, isRequired = false, end, rows, join }: ValueProps<Of<"string">> & { rows: readonly Row[]; join: "&&" | "||" }) {
  const text = useTexts();
  const full = useFullName(label);
  const store = useEditorStore();
  const write = useWrite();
  // A row without a path is no condition yet: it waits here.
  const [fresh, setFresh] = useState<Row | null>(rows.length === 0 ? FRESH : null);
  const put = (changed: readonly Row[], joined = join) => write(path, changed.length === 0 ? (isRequired ? "" : undefined) : sourceOf({ join: joined, rows: changed }), true);
  const endGesture = () => store.getState().endGesture();
  const shown = fresh || rows.length === 0 ? [...rows, fresh ?? FRESH] : rows;
  const change = (index: number, row: Row) => {
    const isOfDocument = index < rows.length;
    if (isPath(row.path)) {
      setFresh(isOfDocument ? fresh : null);
      put(isOfDocument ? rows.with(index, row) : [...rows, row]);
    } else if (!isOfDocument) {
      setFresh(row);
    }
  };
  const remove = (index: number) => {
    if (index < rows.length) {
      put(rows.filter((_, place) => place !== index));
    } else {
      setFresh(null);
    }
  };
  return (
    <FieldGroup path={path} label={label} help={shape.help} end={end}>
      <div className="conditions" onBlur={endGesture}>
        {shown.map((row, index) => (
          <Owner key={index} name={label}>
            <RowFields path={path} name={text("condition.row", { number: index + 1 })} row={row} isFirst={index === 0} onChange={(changed) => change(index, changed)} onRemove={shown.length > 1 || rows.length > 0 ? () => remove(index) : undefined} />
          </Owner>
        ))}
        <div className="condition-end">
          {rows.length > 0 && !fresh && (
            <button type="button" className="button quiet add" aria-label={full(text("condition.add"))} onClick={() => setFresh(FRESH)}>
              <Plus size={15} aria-hidden />
              {text("condition.add")}
            </button>
          )}
          {rows.length > 1 && (
            <select className="case" aria-label={full(text("condition.join"))} value={join} onChange={(event) => put(rows, event.target.value as "&&" | "||")}>
              <option value="&&">{text("condition.all")}</option>
              <option value="||">{text("condition.any")}</option>
            </select>
          )}
        </div>
      </div>
    </FieldGroup>
  );
}

interface RowProps {
  path: Path;
  name: string;
  row: Row;
  isFirst: boolean;
  onChange: (row: Row) => void;
  onRemove: (() => void) | undefined;
}

function RowFields({ path, name, row, isFirst, onChange, onRemove }: RowProps) {
  const text = useTexts();
  const full = useFullName();
  const form = useForm();
  const list = useId();
  const names = useNamesAt([...baseOf(form), ...path]);
  const [isOffering, offer] = useState(false);
  // A path on its way to another one, such as `vars.`, is no path yet: it is kept here until it is.
  const [typed, setTyped] = useState<string | null>(null);
  const [value, setValue] = useState<string | null>(null);
  const hasLiteral = row.operator !== "missing" && row.operator !== "there";
  return (
    <div className="condition" role="group" aria-label={name}>
      <input
        className="input code"
        aria-label={full(`${text("condition.path")}, ${name}`)}
        data-path={isFirst ? pathId(path) : undefined}
        list={list}
        spellCheck={false}
        value={typed ?? row.path}
        onFocus={() => offer(true)}
        onChange={(event) => {
          setTyped(event.target.value);
          onChange({ ...row, path: event.target.value.trim() });
        }}
        onBlur={() => setTyped(null)}
      />
      <datalist id={list}>{isOffering && names().map((one) => <option key={one} value={one} />)}</datalist>
      <select className="input" aria-label={full(`${text("condition.operator")}, ${name}`)} value={row.operator} onChange={(event) => onChange({ ...row, operator: event.target.value as Operator })}>
        {OPERATORS.map((operator) => (
          <option key={operator} value={operator}>
            {operator === "missing" || operator === "there" ? text(`condition.${operator}`) : SIGNS[operator]}
          </option>
        ))}
      </select>
      {hasLiteral && (
        <input
          className="input"
          aria-label={full(`${text("condition.literal")}, ${name}`)}
          value={value ?? shownLiteral(row.literal)}
          onChange={(event) => {
            setValue(event.target.value);
            onChange({ ...row, literal: literalOf(event.target.value) });
          }}
          onBlur={() => setValue(null)}
        />
      )}
      {onRemove && (
        <button type="button" className="tool" aria-label={full(text("condition.remove", { row: name }))} title={text("condition.remove", { row: name })} onClick={onRemove}>
          <X size={14} aria-hidden />
        </button>
      )}
    </div>
  );
}

const SIGNS: Readonly<Record<string, string>> = { "==": "=", "!=": "≠", "<": "<", "<=": "≤", ">": ">", ">=": "≥" };

function isPath(path: string): boolean {
  return /^[a-z_]\w*(\.[A-Za-z_]\w*)*$/.test(path);
}
