import { Plus } from "lucide-react";

import type { TemplateButton, TemplateContent } from "../../../api/account";
import { useTexts } from "../../../i18n/texts";
import { isObject } from "../../json";
import { useDocument, useEditorStore } from "../../store";
import { useValue, useWrite } from "../form";
import { useTemplates } from "../offers";
import { missingOf, templateOf } from "../templates";
import { NameField } from "./PlainFields";
import "./template.css";
import type { Of, ValueProps } from "./ValueField";

/** The name of a template; below it what the template says, where the account's list told that. */
export function TemplateField(props: ValueProps<Of<"string">>) {
  const place = props.path.slice(0, -1);
  const text = useTexts();
  const store = useEditorStore();
  const named = useValue(place);
  const given = isObject(named) ? named : {};
  const content = templateOf(useTemplates(), named, useDocument())?.content;
  const write = useWrite();
  const missing = content ? missingOf(content, given) : {};
  const add = () => {
    write(place, { ...given, ...missing });
    store.getState().endGesture();
  };
  return (
    <>
      <NameField {...props} />
      {content && (
        <figure className="template-said" aria-label={text("field.template_says")}>
          <Said content={content} />
          {(content.cards ?? []).map((card, index) => (
            <div key={index} className="template-card">
              <Said content={card} />
            </div>
          ))}
          {Object.keys(missing).length > 0 && (
            <button type="button" className="button" onClick={add}>
              <Plus aria-hidden size={14} />
              {text("field.template_needs")}
            </button>
          )}
        </figure>
      )}
    </>
  );
}

/** The words as they stand at Meta, gaps and all: markup is drawn in the preview. */
function Said({ content: { header, body, footer, buttons = [] } }: { content: TemplateContent }) {
  const text = useTexts();
  return (
    <>
      {header && <p className="template-header">{header.format === "text" ? header.text : text(`field.header_${header.format}`)}</p>}
      <p className="template-body">{body}</p>
      {footer && <p className="muted">{footer}</p>}
      {buttons.length > 0 && (
        <ul className="template-buttons">
          {buttons.map((button, index) => (
            <li key={index} title={whereTo(button)}>
              {button.text}
            </li>
          ))}
        </ul>
      )}
    </>
  );
}

function whereTo(button: TemplateButton): string | undefined {
  switch (button.type) {
    case "url":
      return button.url;
    case "phone_number":
      return button.number;
    case "flow":
      return button.flow;
    default:
      return undefined;
  }
}
