//! Kommo's ready-made processors of answers: phone and e-mail are read from what the customer says, and asked for until both are there.

use serde_json::{Map, Value, json};

use super::{
    compile::Compiler,
    graph::{Draft, Link, To, goto},
    placeholder::shown,
    program::{Handler, text},
    report::Code,
};
use crate::limits;

/// What is to be a phone number and is none: many digits.
const MANY_DIGITS: &str = "[0-9][0-9 ().-]{5,}";

impl<'l> Compiler<'l, '_> {
    pub(super) fn preset(&mut self, handler: &Handler<'l>, next: To) -> To {
        match handler.params.get("name").and_then(Value::as_str).unwrap_or_default() {
            "contacts.get_base_info" => Some(self.keep_base_info(next, false)),
            "contacts.validate_base_info" => Some(self.validate_base_info(handler, next)),
            other => self.unsupported(handler, &format!("the preset `{}`", shown(other)), next),
        }
    }

    /// Keeps what the message at hand holds of them.
    fn keep_base_info(&mut self, next: To, remembers: bool) -> Link {
        let kept = KEPT_FIELDS.iter().filter(|(path, _)| remembers || !path.starts_with("vars."));
        let fields: Map<String, Value> = kept.map(|(path, value)| ((*path).to_owned(), Value::from(*value))).collect();
        if remembers {
            self.context.variables.extend([("given_email", "text"), ("given_phone", "text")]);
        }
        self.step("keep email and phone", Draft::new("set").with("fields", fields).next("next", next))
    }

    fn validate_base_info(&mut self, handler: &Handler<'l>, next: To) -> Link {
        let params = handler.params.get("params").unwrap_or(handler.params);
        // A text of nothing but braces or placeholders without an equal says nothing.
        let mut texts = std::collections::HashMap::new();
        for key in QUESTIONS.iter().map(|(key, _)| *key).chain(["success"]) {
            let kommo = text(params.get(key)).unwrap_or_default();
            if !self.context.said(&handler.place, &kommo).is_empty() {
                texts.insert(key, self.cut(&kommo, limits::TEXT, &handler.place));
            }
        }
        let said = |key: &str| texts.get(key).cloned();
        if params.get("check_doubles").and_then(Value::as_bool) == Some(true) {
            let message = "nobody looks whether another contact has the phone or e-mail already";
            self.context.remark(Code::Differs, &handler.place, message);
        }
        self.context.unconfirmed(
            "`validate_base_info` asks for what the customer has not written, also where the contact's phone is known",
        );
        let done = match said("success") {
            Some(kommo) => {
                let ours = self.context.said(&handler.place, &kommo);
                Some(self.step(&kommo, Draft::new("message").with("text", ours).next("next", next)))
            }
            None => next,
        };
        // The questions lead back to the step that reads the answer: it is made last, and its place is known before.
        let back = Some(Link::Node(self.graph.len() + QUESTIONS.len() + 1));
        let mut asked = Vec::new();
        for (key, fallback) in QUESTIONS {
            let kommo = said(key).or_else(|| fallback.and_then(said));
            let ours = kommo.as_ref().map(|kommo| self.context.said(&handler.place, kommo));
            asked.push(match (kommo, ours) {
                (Some(kommo), Some(ours)) => {
                    self.step(&kommo, Draft::new("ask").with("text", ours).next("next", back).link("otherwise", back))
                }
                _ => self.step("wait for message", Draft::new("wait").with("for", "message").next("next", back)),
            });
        }
        let branch = |when: &str, to: To| {
            let mut branch = Map::from_iter([("when".to_owned(), when.into())]);
            branch.extend(goto(to));
            Value::Object(branch)
        };
        let invalid = format!("phone(message.text) == () && matches(message.text, {})", super::words::quoted(MANY_DIGITS));
        let branches = json!([
            branch("vars.given_email != () && vars.given_phone != ()", done),
            branch(&invalid, Some(asked[0])),
            branch("vars.given_email == () && vars.given_phone == ()", Some(asked[1])),
            branch("vars.given_phone == ()", Some(asked[2])),
        ]);
        let draft = Draft::new("condition").with("branches", branches).next("otherwise", Some(asked[3]));
        let check = self.step("check email and phone", draft);
        self.keep_base_info(Some(check), true)
    }
}

/// What a message holds of them, in the contact; and in variables, which say what the customer has given since the preset began.
pub(super) const KEPT_FIELDS: [(&str, &str); 4] = [
    ("vars.given_email", "{{ email(message.text) ?? vars.given_email }}"),
    ("contact.email", "{{ email(message.text) ?? contact.email }}"),
    ("vars.given_phone", "{{ phone(message.text) ?? vars.given_phone }}"),
    ("contact.phone", "{{ phone(message.text) ?? contact.phone }}"),
];

/// The texts of the preset, each with the one that stands in for it, in the order of the branches.
pub(super) const QUESTIONS: [(&str, Option<&str>); 4] =
    [("invalid_phone", Some("empty_phone")), ("empty_all", None), ("empty_phone", None), ("empty_email", None)];
