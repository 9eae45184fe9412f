import type { ReactNode } from "react";

import type { Path } from "../../json";
import type { Shape } from "../schema";
import { ConditionField } from "./ConditionField";
import { DataField } from "./DataField";
import { EitherField } from "./EitherField";
import { HoursField } from "./HoursField";
import { LinkField } from "./LinkField";
import { ListField } from "./ListField";
import { MapField } from "./MapField";
import { OptionIdField } from "./OptionIdField";
import { ObjectField } from "./ObjectFields";
import { ParametersField } from "./ParametersField";
import { BooleanField, DurationField, NameField, NumberField, NumberOrTextField, WordField } from "./PlainFields";
import { TemplateField } from "./TemplateField";
import { ExpressionField, ScriptField, TextField } from "./TextFields";
import { WordList } from "./WordList";

/** A value of the document that can be edited. */
export interface ValueProps<S extends Shape = Shape> {
  path: Path;
  shape: S;
  label: string;
  /** What it has to hold stays, even empty; any other value is taken out when it is cleared. */
  isRequired?: boolean;
  /** What stands at the end of its label's line. */
  end?: ReactNode;
}

/** The field for a value, by what the schema says of it. */
export function ValueField(props: ValueProps): ReactNode {
  const { shape, ...rest } = props;
  switch (shape.type) {
    case "string":
      return <StringField {...rest} shape={shape} />;
    case "number":
      return <NumberField {...rest} shape={shape} />;
    case "boolean":
      return <BooleanField {...rest} shape={shape} />;
    case "words":
      return <WordField {...rest} shape={shape} />;
    case "object":
      return <ObjectField {...rest} shape={shape} />;
    case "list":
      return shape.of.type === "string" ? <WordList {...rest} shape={shape} /> : <ListField {...rest} shape={shape} />;
    case "map":
      return shape.kind === "hours" ? <HoursField {...rest} shape={shape} /> : <MapField {...rest} shape={shape} />;
    case "either":
      return <ChoiceField {...rest} shape={shape} />;
    case "data":
      return <DataField {...rest} shape={shape} />;
  }
}

type Of<T extends Shape["type"]> = Extract<Shape, { type: T }>;

function StringField(props: ValueProps<Of<"string">>) {
  const key = props.path.at(-1);
  switch (props.shape.kind) {
    case "text":
      return <TextField {...props} />;
    case "expression":
      return key === "when" ? <ConditionField {...props} /> : <ExpressionField {...props} />;
    case "script":
      return <ScriptField {...props} />;
    case "link":
      return <LinkField {...props} />;
    case "duration":
      return <DurationField {...props} />;
    case "template":
      return <TemplateField {...props} />;
    case "option_id":
      return <OptionIdField {...props} />;
    default:
      return <NameField {...props} />;
  }
}

function ChoiceField(props: ValueProps<Of<"either">>) {
  if (props.shape.name === "Parameters") {
    return <ParametersField {...props} />;
  }
  return isNumberOrText(props.shape) ? <NumberOrTextField {...props} /> : <EitherField {...props} />;
}

function isNumberOrText({ cases }: Of<"either">): boolean {
  return cases.length === 2 && cases.every(({ type }) => type === "number" || type === "string");
}

export type { Of };
