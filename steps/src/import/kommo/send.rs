//! Messages as steps of ours: cut to what WhatsApp shows, with the wait for their answer folded in.

use serde_json::{Map, Value, json};

use super::{
    compile::{Compiler, On, Then, Wait, duration},
    condition::literal_number,
    fit::split,
    graph::{Draft, Link, To, goto},
    language,
    mapping::Kind,
    message::{File, Parts},
    pattern,
    placeholder::shown,
    program::{Handler, text},
    report::Code,
};
use crate::limits;

/// The answers that a message waits for.
#[derive(Default)]
struct Answers {
    drawn: Vec<Map<String, Value>>,
    answers: Vec<Value>,
    next: To,
    otherwise: Option<To>,
    expect: Vec<(&'static str, Value)>,
    /// Keeps waiting for an answer that matches, without asking again.
    is_patient: bool,
}

impl<'l> Compiler<'l, '_> {
    /// A message, with what is waited for behind it.
    pub(super) fn send(&mut self, name: &str, handler: &Handler<'l>, then: Then<'l>) -> Then<'l> {
        let mut parts = self.message_parts(name, handler);
        let says_nothing = parts.text.trim().is_empty() && parts.drawn.is_empty() && parts.links.is_empty();
        if says_nothing && parts.files.is_empty() && parts.template.is_none() {
            self.context.find(Code::Malformed, &handler.place, "this message says nothing, and was left out");
            return then;
        }
        // What is to be said of this message waits for its step, while others are made.
        let remarks = std::mem::take(&mut self.context.remarks);
        let is_template = parts.template.is_some();
        let (wait, rest) = match then {
            Then::Wait(wait) if !is_template && !matches!(wait.on, On::Nothing) => (Some(wait), None),
            Then::Wait(wait) if is_template && has_words(&wait) => (Some(wait), None),
            Then::Wait(wait) => (None, self.go(Then::Wait(wait))),
            Then::Go(to) => {
                let pause = if is_template { None } else { self.peeked(to).filter(|wait| !matches!(wait.on, On::Nothing)) };
                match pause.or_else(|| self.only_answers(to)).filter(|wait| !is_template || has_words(wait)) {
                    Some(wait) => (Some(wait), None),
                    None => (None, to),
                }
            }
        };
        self.context.remarks.splice(0..0, remarks);
        self.fit(&mut parts, &handler.place);
        if wait.is_none() && rest.is_some() && !parts.drawn.is_empty() {
            self.spell_out(&mut parts, &handler.place);
        }
        let unsent: Vec<File> = extract(&mut parts.files, |file| file.link.is_none());
        // What is left may say nothing: a placeholder without an equal, a link without an address.
        let has_text = !self.context.text(&handler.place, &parts.text).trim().is_empty();
        let says_nothing = !has_text && parts.drawn.is_empty() && parts.links.is_empty();
        let only_files = says_nothing && parts.files.is_empty() && parts.template.is_none();
        let mut to = match (only_files, wait) {
            (true, Some(wait)) => self.go(Then::Wait(wait)),
            (true, None) => rest,
            (false, wait) => Some(self.messages(handler, &mut parts, wait, rest)),
        };
        for file in unsent.iter().rev() {
            let what = format!("a file of Kommo's drive ({})", file.kind);
            let message = match &file.named {
                Some(name) => format!(
                    "{:?}, which the map names for the file {}, is no address that begins with https://",
                    shown(name),
                    shown(&file.id)
                ),
                None => {
                    format!("the file {} lies in Kommo's drive: put it on the web, and its address into the map", shown(&file.id))
                }
            };
            self.context.remark(Code::Unsupported, &handler.place, message);
            // The text and the buttons are steps of their own.
            let source =
                json!({"handler": "send_message", "params": {"type": "external", "text": "", "attachments": [file.source]}});
            let draft = Draft::new("unsupported").with("what", what).with("source", source).next("next", to);
            // What else the message holds is sent all the same.
            let failed = parts.failed.filter(|_| only_files).unwrap_or(to);
            to = Some(self.step("unsupported file", draft.link("failed", failed)));
        }
        Then::Go(to)
    }

    /// The messages that one of Kommo's becomes: media and long texts before it, then itself.
    fn messages(&mut self, handler: &Handler<'l>, parts: &mut Parts, wait: Option<Wait<'l>>, rest: To) -> Link {
        let place = handler.place.clone();
        let media = self.own_medium(parts);
        let limit = match () {
            () if parts.drawn.len() > limits::BUTTONS || parts.list.is_some() => limits::LIST_TEXT,
            () if !parts.drawn.is_empty() || !parts.links.is_empty() || media.is_some() => limits::INTERACTIVE_TEXT,
            () => limits::TEXT,
        };
        let mut texts = split(&parts.text, limit);
        if texts.len() > 1 {
            self.context.remark(
                Code::TooLong,
                &place,
                format!(
                    "the text was longer than the {limit} characters that WhatsApp takes here: it is {} messages",
                    texts.len()
                ),
            );
        }
        let last = texts.pop().unwrap_or_default();
        let mut to = self.final_message(&place, parts, &last, media, wait, rest);
        for earlier in texts.iter().rev() {
            let ours = self.context.said(&place, earlier);
            let draft = Draft::new("message").with("text", ours).next("next", Some(to));
            to = self.step(earlier, self_failing(draft, parts.failed));
        }
        for file in parts.files.iter().rev() {
            let draft = Draft::new("message").with("media", medium(file)).next("next", Some(to));
            to = self.step(&format!("send {}", file.kind), self_failing(draft, parts.failed));
        }
        to
    }

    /// The attachment that stands in the message itself.
    fn own_medium(&mut self, parts: &mut Parts) -> Option<Value> {
        let heads = parts.drawn.len() <= limits::BUTTONS && parts.list.is_none() && parts.template.is_none();
        let is_short = limits::length(&parts.text) <= limits::CAPTION;
        let fits = matches!(parts.files.as_slice(), [File { kind: "image" | "video" | "document", .. }]);
        let has_text = !parts.text.trim().is_empty();
        let alone = !has_text && parts.drawn.is_empty() && parts.links.is_empty();
        match parts.files.as_slice() {
            _ if alone && parts.list.is_none() && parts.template.is_none() => parts.files.pop().as_ref().map(medium),
            [only] if fits && heads && is_short && has_text => {
                let medium = medium(only);
                parts.files.clear();
                Some(medium)
            }
            _ => None,
        }
    }

    fn final_message(
        &mut self,
        place: &str,
        parts: &Parts,
        text: &str,
        media: Option<Value>,
        wait: Option<Wait<'l>>,
        rest: To,
    ) -> Link {
        let is_question = wait.is_some();
        let timer = wait.as_ref().and_then(|wait| wait.timer);
        let remarks = std::mem::take(&mut self.context.remarks);
        let was_in_answers = std::mem::replace(&mut self.is_in_answers, true);
        let answers = match wait {
            Some(wait) => self.answers(wait, parts),
            None => self.unanswered(parts, rest, place),
        };
        self.is_in_answers = was_in_answers;
        self.context.remarks.splice(0..0, remarks);
        let has_words = !answers.drawn.is_empty() || !answers.answers.is_empty();
        let ours = self.context.said(place, text);
        let template = parts.template.as_ref().map(|id| format!("template {id}"));
        let hint = template.unwrap_or_else(|| if text.trim().is_empty() { "message".to_owned() } else { text.to_owned() });
        let mut draft = if let Some(template) = &parts.template {
            self.template(template, place)
        } else if let Some(menu) = &parts.list {
            let mut draft = Draft::new("list").with("text", ours);
            for (key, value) in [("header", &menu.header), ("footer", &menu.footer), ("button", &menu.button)] {
                let ours = value.as_ref().map(|text| self.context.said(place, text));
                draft = draft.with_some(key, ours.filter(|ours| !ours.is_empty()));
            }
            draft.with("sections", self.sections(parts, &answers.drawn, place))
        } else {
            let is_open = is_question && answers.drawn.is_empty() && answers.answers.is_empty();
            let mut draft = Draft::new(if is_open { "ask" } else { "message" });
            if !ours.is_empty() {
                draft = draft.with("text", ours);
            }
            draft = draft.with_some("media", media);
            if let [(title, url)] = parts.links.as_slice() {
                let (title, url) = (self.context.said(place, title), self.context.said(place, url));
                draft = draft.with("link", json!({"title": title, "url": url}));
            }
            if !answers.drawn.is_empty() {
                draft = draft.with("buttons", answers.drawn.iter().cloned().map(Value::Object).collect::<Vec<_>>());
            }
            draft
        };
        for (key, value) in answers.expect {
            draft = draft.with(key, value);
        }
        if !answers.answers.is_empty() {
            draft = draft.with("answers", answers.answers);
        }
        if answers.drawn.len() > limits::ROWS {
            draft = draft.with("more", language::more(self.context.language));
        }
        draft = draft.next("next", answers.next);
        if let Some(otherwise) = answers.otherwise {
            draft = draft.link("otherwise", otherwise);
        }
        if self.finds_words && has_words {
            draft = draft.with("match", "words");
        }
        if answers.is_patient {
            draft = draft.with("attempts", 0);
        }
        if let Some((seconds, late)) = timer {
            let mut timeout = Map::from_iter([("after".to_owned(), duration(seconds).into())]);
            timeout.extend(goto(late));
            draft = draft.with("timeout", timeout);
        }
        let draft = match (parts.template.is_some(), parts.failed) {
            (true, Some(failed)) => draft.link("failed", failed),
            (true, None) => draft,
            (false, failed) => self_failing(draft, failed),
        };
        self.step(&hint, draft)
    }

    fn template(&mut self, id: &str, place: &str) -> Draft {
        let named = self.context.named(Kind::Templates, id);
        if named.is_none() {
            let message = format!("template {id} needs its name in WhatsApp Manager: fill it into the map");
            self.context.remark(Code::Unmapped, place, message);
        }
        let named = named.unwrap_or_else(|| format!("template_{id}"));
        let (name, language) = match named.split_once(':') {
            Some((name, language)) => (name, Some(language.trim().to_owned())),
            None => (named.as_str(), None),
        };
        let name: String =
            name.to_lowercase().chars().filter(|letter| letter.is_ascii_alphanumeric() || *letter == '_').collect();
        Draft::new("template")
            .with("name", if name.is_empty() { "template".to_owned() } else { name })
            .with_some("language", language)
    }

    fn sections(&mut self, parts: &Parts, drawn: &[Map<String, Value>], place: &str) -> Vec<Value> {
        let titles = parts.list.as_ref().map(|menu| menu.sections.clone()).unwrap_or_default();
        let is_one = titles.len() == 1 || titles.len() > limits::SECTIONS;
        let mut sections: Vec<(Option<String>, Vec<Value>)> = vec![(None, Vec::new()); if is_one { 1 } else { titles.len() }];
        for (option, known) in drawn.iter().zip(&parts.drawn) {
            let index = if is_one { 0 } else { known.section };
            if let Some((_, rows)) = sections.get_mut(index) {
                rows.push(Value::Object(option.clone()));
            }
        }
        let mut out = Vec::new();
        for (index, (_, rows)) in sections.into_iter().enumerate().filter(|(_, (_, rows))| !rows.is_empty()) {
            let written = titles.get(index).cloned().flatten().filter(|_| titles.len() <= limits::SECTIONS);
            let written = written.filter(|title| !self.context.text(place, title).trim().is_empty());
            let title = written.or_else(|| (!is_one).then(|| format!("{}", index + 1)));
            let title = title.map(|title| self.cut(&title, limits::SECTION_TITLE, place));
            let mut section = Map::new();
            section.extend(title.map(|title| ("title".to_owned(), self.context.said(place, &title).into())));
            section.insert("rows".to_owned(), rows.into());
            out.push(Value::Object(section));
        }
        out
    }

    /// What answers a message: the branches, validation or wait behind it.
    fn answers(&mut self, wait: Wait<'l>, parts: &Parts) -> Answers {
        let (step, handlers) = match wait.on {
            On::Answers { step, handlers } => (step, handlers),
            On::Message(to) => return self.any_answer(to, parts),
            On::Nothing => return Answers::default(),
        };
        let first = handlers[0].clone();
        let follow = |compiler: &mut Self| {
            let fall = compiler.fall(step);
            let then = compiler.list(&handlers[1..], Then::Go(fall));
            compiler.go(then)
        };
        if first.name == "buttons" {
            let rest = follow(self);
            let items = self.items(&first);
            let options = self.options(items, &parts.drawn, rest, handlers.len() > 1);
            if options.drawn.is_empty() && options.answers.is_empty() {
                return self.any_answer(options.otherwise.unwrap_or(rest), parts);
            }
            return Answers {
                drawn: options.drawn,
                answers: options.answers,
                is_patient: options.otherwise.is_none(),
                otherwise: options.otherwise,
                ..Answers::default()
            };
        }
        if let Some((expect, is_negative)) = self.expected(&first, parts) {
            let rest = follow(self);
            let list = self.inner(first.params.get("result"), &format!("{}.result", first.place));
            let then = self.list(&list, Then::Go(rest));
            let result = self.go(then);
            let (next, otherwise) = if is_negative { (rest, result) } else { (result, rest) };
            return Answers { next, otherwise: Some(otherwise), expect, ..Answers::default() };
        }
        let entry = self.label(step, super::program::Part::Answer);
        self.any_answer(Some(entry), parts)
    }

    /// Whatever the customer says goes on there.
    fn any_answer(&mut self, to: To, parts: &Parts) -> Answers {
        let drawn = self.options(Vec::new(), &parts.drawn, to, true).drawn;
        // Each option says itself where it leads.
        let next = if drawn.is_empty() { to } else { None };
        Answers { drawn, next, otherwise: Some(to), ..Answers::default() }
    }

    /// A message that nothing waits behind. With buttons it waits for a tap all the same.
    fn unanswered(&mut self, parts: &Parts, rest: To, place: &str) -> Answers {
        if parts.drawn.is_empty() {
            return Answers { next: rest, ..Answers::default() };
        }
        self.context.remark(
            Code::Differs,
            place,
            "nothing waits for the answer to these buttons in Kommo: here the bot ends with it",
        );
        self.any_answer(None, parts)
    }

    /// What a validation that alone begins an answer expects; and whether it is the branch for answers that are not so.
    fn expected(&mut self, handler: &Handler<'l>, parts: &Parts) -> Option<(Vec<(&'static str, Value)>, bool)> {
        let tests = handler.params.get("conditions").and_then(Value::as_array)?;
        let [test] = tests.as_slice() else { return None };
        let is_message = text(test.get("client_value")).is_none_or(|value| matches!(value.trim(), "" | "{{message_text}}"));
        if handler.name != "validations" || !is_message || !parts.drawn.is_empty() || parts.template.is_some() {
            return None;
        }
        let wanted = test.get("condition_value").unwrap_or(&Value::Null);
        let mut keys: Vec<(&'static str, Value)> = Vec::new();
        match test.get("type").and_then(Value::as_str)? {
            "email" => keys.push(("expect", "email".into())),
            "phone" => keys.push(("expect", "phone".into())),
            "regex" => keys.push(("expect", json!({"pattern": pattern::translate(&text(Some(wanted))?).ok()?}))),
            "range_numbers" => {
                keys.push(("expect", "number".into()));
                let bound = |key: &str| text(wanted.get(key)).map(|bound| literal_number(&bound)?.parse::<f64>().ok());
                let (least, most) = (bound("from"), bound("to"));
                if let (Some(Some(least)), Some(Some(most))) = (least, most)
                    && least > most
                {
                    return None;
                }
                for (key, bound) in [("min", least), ("max", most)] {
                    if let Some(bound) = bound {
                        keys.push((key, crate::write::plain_number(bound?)?));
                    }
                }
            }
            _ => return None,
        }
        if self.program.reads_validation {
            keys.push(("save", self.context.validated().into()));
        }
        let is_negative = test.get("operation").and_then(Value::as_str).is_some_and(|operation| operation.starts_with("not_"));
        Some((keys, is_negative))
    }
}

/// A step whose failed sends have a branch. It takes it too when the customer service window is closed, as in Kommo.
fn self_failing(draft: Draft, failed: Option<To>) -> Draft {
    match failed {
        Some(failed) => draft.link("failed", failed).with("outside_window", "fail"),
        None => draft,
    }
}

/// Whether a wait knows answers by their words: a template without any does not wait itself.
fn has_words(wait: &Wait<'_>) -> bool {
    let On::Answers { handlers, .. } = &wait.on else { return false };
    let Some(first) = handlers.first().filter(|first| first.name == "buttons") else { return false };
    let is_said = |item: &Value, key: &str| text(item.get(key)).is_some_and(|word| !word.trim().is_empty());
    let items = first.params.as_array().map(Vec::as_slice).unwrap_or_default();
    items.iter().any(|item| {
        item.get("type").and_then(Value::as_str) != Some("else") && (is_said(item, "value") || is_said(item, "regex"))
    })
}

fn medium(file: &File) -> Value {
    json!({"kind": file.kind, "link": file.link})
}

/// Takes out what fits.
fn extract<T>(items: &mut Vec<T>, fits: impl Fn(&T) -> bool) -> Vec<T> {
    let (out, kept) = std::mem::take(items).into_iter().partition(fits);
    *items = kept;
    out
}
