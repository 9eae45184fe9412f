import type { ReactNode } from "react";

import { useTexts } from "../../../i18n/texts";
import { textOf } from "../../document";
import { baseOf, useForm, useSubject, useValue, useWrite } from "../form";
import { lengthOf, limitOf } from "../limits";
import { useNamesAt } from "../useNamesAt";
import { Field } from "./Field";
import { EmojiTool, FormatTools, type Look, NamesTool, TextBox } from "./TextBox";
import type { Of, ValueProps } from "./ValueField";

/** Keys whose texts are long by nature. */
const LONG: ReadonlySet<string | number | undefined> = new Set(["text", "invalid", "instructions", "summary", "description"]);
/** Keys whose texts WhatsApp formats, in steps that write to the customer. */
const FORMATTED: ReadonlySet<string | number | undefined> = new Set(["text", "invalid"]);
/** Kinds of step whose texts no customer reads. */
const SILENT: ReadonlySet<string> = new Set(["find", "http", "items", "task", "complete_tasks", "note", "internal_message", ""]);

type Props = ValueProps<Of<"string">>;

/** A text for the customer or for a colleague: expressions in it are filled in. */
export function TextField(props: Props) {
  const { path } = props;
  const { kind } = useForm();
  const key = path.at(-1);
  const isLong = LONG.has(key) && !(key === "description" && path.includes("rows"));
  return <Written {...props} look={{ isLong }} isFormatted={FORMATTED.has(key) && !SILENT.has(kind)} />;
}

/** An expression that no rows can show. */
export function ExpressionField(props: Props) {
  return <Written {...props} look={{ isCode: true, isExpression: true }} />;
}

/** Lines of code. */
export function ScriptField(props: Props) {
  return <Written {...props} look={{ isCode: true, isExpression: true, isLong: true }} />;
}

/** A text that its owner writes: its place is no key of its own. */
export function OwnedTextField({ value, onWrite, ...props }: Props & { value: string; onWrite: (written: string) => void }) {
  return <Box {...props} value={value} onWrite={onWrite} look={{}} isFormatted={false} />;
}

interface WrittenProps extends Props {
  look: Look;
  isFormatted?: boolean;
}

function Written(props: WrittenProps) {
  const { path, isRequired = false } = props;
  const value = textOf(useValue(path));
  const write = useWrite();
  return <Box {...props} value={value} onWrite={(written) => write(path, written === "" && !isRequired ? undefined : written, true)} />;
}

function Box({ path, shape, label, end, look, isFormatted = false, value, onWrite }: WrittenProps & { value: string; onWrite: (written: string) => void }): ReactNode {
  const text = useTexts();
  const subject = useSubject();
  const form = useForm();
  const names = useNamesAt([...baseOf(form), ...path]);
  const limit = look.isExpression ? undefined : limitOf(subject, path, shape);
  return (
    <TextBox value={value} names={names} onWrite={onWrite} placeholder={look.isExpression && !look.isLong ? text("field.expression") : ""} {...look}>
      {(box, writing) => (
        <Field
          path={path}
          label={label}
          help={shape.help}
          length={limit === undefined ? undefined : { used: lengthOf(value), limit }}
          tools={
            <>
              {isFormatted && <FormatTools writing={writing} label={label} />}
              {path.at(-1) === "emoji" && <EmojiTool label={label} onPick={onWrite} />}
              <NamesTool writing={writing} label={label} />
            </>
          }
          end={end}
        >
          {box}
        </Field>
      )}
    </TextBox>
  );
}
