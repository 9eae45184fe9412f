import { useTexts } from "../i18n/texts";
import { isObject, type Json, type JsonObject } from "../editor/json";
import { usePreview } from "./store";

/** What the bot knows at this moment of the rehearsal. */
export function Variables() {
  const text = useTexts();
  const answer = usePreview((state) => state.answer);
  if (!answer?.session && !answer?.contact) {
    return <p className="muted">{text("variables.none")}</p>;
  }
  const { session, contact } = answer;
  return (
    <div className="variables">
      {session && (
        <p>
          {text(session.status === "failed" ? "session.failed" : `session.${session.state}`)} {session.step && <code>{session.step}</code>}
        </p>
      )}
      <Values name="vars" values={session?.vars ?? {}} />
      <Values name="flow" values={session?.flow ?? {}} />
      {contact && <Values name="contact" values={contact} />}
    </div>
  );
}

function Values({ name, values }: { name: string; values: JsonObject }) {
  const shown = Object.entries(values).filter(([, value]) => !isEmpty(value));
  if (shown.length === 0) {
    return null;
  }
  return (
    <section>
      <h3>
        <code>{name}</code>
      </h3>
      <dl className="values">
        {shown.map(([key, value]) => (
          <div key={key}>
            <dt>
              <code>{key}</code>
            </dt>
            <dd>{isObject(value) || Array.isArray(value) ? <pre>{JSON.stringify(value, null, 2)}</pre> : String(value)}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

function isEmpty(value: Json): boolean {
  return value === null || (Array.isArray(value) && value.length === 0) || (isObject(value) && Object.keys(value).length === 0);
}
