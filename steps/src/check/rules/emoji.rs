//! Emoji stand where WhatsApp takes them.

use super::{Page, Rule};
use crate::{
    check::{diagnostic::Diagnostic, json, subject::Subject},
    limits,
};

pub(super) const RULE: Rule = Rule {
    code: "emoji",
    page: Page {
        happened: "A reaction is no single emoji, or the button that opens a form has one.",
        why: "A reaction is exactly one emoji (an empty text takes it back); the label of a form's button takes none. The send would be refused.",
        to_do: "Write one emoji in `emoji`; say it in words on the form's button.",
    },
    check,
};

fn check(subject: &Subject<'_>, problems: &mut Vec<Diagnostic>) {
    for step in subject.steps.values() {
        let (key, message): (_, fn(&str) -> Option<&'static str>) = match step.kind() {
            "reaction" => {
                ("emoji", |text| (!text.is_empty() && !limits::is_one_emoji(text)).then_some("a reaction is one emoji"))
            }
            "flow" => ("button", |text| (limits::emoji(text) > 0).then_some("the label that opens a form takes no emoji")),
            _ => continue,
        };
        let Some(text) = json::get_text(step.object, key).filter(|text| !text.value.contains("{{")) else { continue };
        if let Some(message) = message(text.value.trim()) {
            let (place, span) = step.spot(key);
            problems.push(Diagnostic::error(RULE.code, &place, span, message));
        }
    }
}
