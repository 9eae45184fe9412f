//! An `http` step has one body and an address without spaces.

use super::{Page, Rule};
use crate::check::{diagnostic::Diagnostic, json, subject::Subject};

pub(super) const RULE: Rule = Rule {
    code: "http_parts",
    page: Page {
        happened: "An `http` step has several bodies, or a space in its address.",
        why: "A call has one body, and an address holds no spaces: the step would always fail.",
        to_do: "Keep one of `json`, `form` and `text`. Write a space in an address as `%20`; values in `{{ }}` are encoded by themselves.",
    },
    check,
};

const BODIES: [&str; 3] = ["json", "form", "text"];

fn check(subject: &Subject<'_>, problems: &mut Vec<Diagnostic>) {
    for step in subject.steps.values().filter(|step| step.is("http")) {
        let bodies: Vec<&str> = BODIES.into_iter().filter(|body| step.has(body)).collect();
        if let [first, second, ..] = bodies[..] {
            let (place, span) = step.spot(second);
            let message = format!("`{first}` and `{second}` exclude each other: a call has one body");
            problems.push(Diagnostic::error(RULE.code, &place, span, message).help("keep one of them"));
        }
        let Some(url) = json::get_text(step.object, "url") else { continue };
        let Ok(text) = crate::expression::Text::compile(&url.value) else { continue };
        if text.literals().any(|literal| literal.trim_matches(['\n', ' ']).contains(char::is_whitespace)) {
            let (place, span) = step.spot("url");
            let found = Diagnostic::error(RULE.code, &place, span, "the address holds a space");
            problems.push(found.help("write it as `%20`, or put values into `query`"));
        }
    }
}
