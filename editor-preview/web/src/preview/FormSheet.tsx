import { ArrowLeft } from "lucide-react";
import { useEffect, useRef, useState } from "react";

import { ApiError } from "../api/client";
import { drawForm, type FormAction, type FormAnswer, type FormState } from "../api/forms";
import type { OpenForm } from "../api/previews";
import { useLanguage, useTexts } from "../i18n/texts";
import { useReason } from "../ui/Loaded";
import { useModal } from "../ui/useModal";
import { formValues } from "./formValues";
import { usePreview } from "./store";

/** A form that the customer fills in, screen by screen, as the server draws it. What it sends at the end is a message of theirs. */
export function FormSheet({ form, onClose }: { form: OpenForm; onClose: () => void }) {
  const text = useTexts();
  const reason = useReason();
  const [language] = useLanguage();
  const say = usePreview((state) => state.say);
  const { theme } = usePreview((state) => state.view);
  const modal = useModal(onClose);
  const frame = useRef<HTMLDivElement>(null);
  const [drawn, draw] = useState<FormAnswer | null>(null);
  const [before, goBackTo] = useState<readonly FormState[]>([]);
  const [failure, fail] = useState<ApiError | null>(null);
  const calling = useRef(new AbortController());

  const ask = async (state: FormState, action?: FormAction) => {
    calling.current.abort();
    calling.current = new AbortController();
    try {
      const answer = await drawForm({ flow: form.flow ?? "", language, ...state, ...(action ? { action } : {}) }, calling.current.signal);
      fail(null);
      if (answer.answers) {
        onClose();
        say({ form: answer.answers });
      } else {
        draw(answer);
      }
      return answer;
    } catch (error) {
      if (error instanceof ApiError) {
        fail(error);
      }
      return null;
    }
  };

  useEffect(() => {
    void ask({ screen: form.screen, data: form.data ?? {} });
    return () => calling.current.abort();
  }, []);

  useEffect(() => {
    if (drawn) {
      // The server escapes every text in it; parsed apart, it could run nothing even so.
      frame.current?.replaceChildren(...new DOMParser().parseFromString(drawn.html, "text/html").body.childNodes);
      const wanted = frame.current?.querySelector<HTMLElement>("[aria-invalid=true]") ?? frame.current?.querySelector<HTMLElement>("input, select, textarea, button");
      wanted?.focus();
    }
  }, [drawn]);

  const act = async (element: Element | null) => {
    const target = element instanceof HTMLElement ? element.closest<HTMLElement>("[data-action]") : null;
    const filled = frame.current?.querySelector("form");
    if (!target || !filled || !drawn) {
      return;
    }
    const here: FormState = { screen: drawn.screen, data: drawn.data, earlier: drawn.earlier, values: formValues(filled) };
    const { action: name = "", next, at } = target.dataset;
    const answer = await ask(here, { name, ...(next ? { next } : {}), ...(at ? { at } : {}) });
    if (answer && answer.screen !== drawn.screen) {
      goBackTo([...before, here]);
    }
  };
  const back = () => {
    const last = before.at(-1);
    if (last) {
      goBackTo(before.slice(0, -1));
      void ask(last);
    }
  };

  return (
    <dialog
      {...modal}
      className={`sheet form-sheet${theme ? ` sb-${theme}` : ""}`}
      aria-label={drawn?.title || form.flow || text("form.title")}
      onSubmit={(event) => {
        event.preventDefault();
        void act(frame.current?.querySelector(".sb-form-footer .sb-form-action") ?? null);
      }}
      onClick={(event) => {
        const button = (event.target as Element).closest(".sb-form-action");
        // The button at the foot submits, by the Enter key, too.
        if (button && button.getAttribute("type") !== "submit") {
          void act(button);
        }
      }}
      onInput={(event) => {
        const field = event.target as Element;
        if (field.matches("[data-action]")) {
          void act(field);
        }
      }}
    >
      <div className="sheet-head">
        <button type="button" className="button quiet icon" disabled={before.length === 0} aria-label={text("form.back")} title={text("form.back")} onClick={back}>
          <ArrowLeft size={16} aria-hidden />
        </button>
        <h3>{drawn?.title ?? form.flow}</h3>
        <button type="button" className="button quiet" onClick={onClose}>
          {text("dialog.close")}
        </button>
      </div>
      {failure !== null && (
        <p className="preview-note error-text" role="alert">
          {text("form.failed", { reason: reason(failure) })}
        </p>
      )}
      <div ref={frame} className="form-screen" />
      {drawn?.url && (
        <p className="preview-note" role="status">
          {text("form.url", { url: drawn.url })}
        </p>
      )}
      {drawn?.exchange && (
        <p className="preview-note" role="status">
          {text("form.exchange")}
        </p>
      )}
    </dialog>
  );
}
