//! What a customer is shown to tap has a title.

use jsonc_parser::ast::Value;

use super::{Page, Rule};
use crate::check::{
    diagnostic::Diagnostic,
    json,
    place::{Key, Place},
    subject::Subject,
};

pub(super) const RULE: Rule = Rule {
    code: "option_title",
    page: Page {
        happened: "A button or row has no title.",
        why: "WhatsApp refuses a message with a button that says nothing. Only an entry of `answers` may do without: it is not drawn.",
        to_do: "Give it a `title`.",
    },
    check,
};

fn check(subject: &Subject<'_>, problems: &mut Vec<Diagnostic>) {
    for option in subject.named("Choice").filter(|option| is_drawn(subject, &option.place)) {
        let (place, span) = match json::get(option.object, "title") {
            None => (option.place.clone(), option.object.range.start..option.object.range.start + 1),
            Some(node @ Value::StringLit(title)) if title.value.trim().is_empty() => {
                (option.place.name("title"), json::head(node))
            }
            Some(_) => continue,
        };
        let found = Diagnostic::error(RULE.code, &place, span, "this option has no title");
        problems.push(found.help("write in `title` what the customer taps"));
    }
}

/// A template's buttons are drawn as Meta knows them, and `answers` not at all.
fn is_drawn(subject: &Subject<'_>, place: &Place<'_>) -> bool {
    let [Key::Name("steps"), Key::Name(step), inside @ ..] = place.keys() else { return false };
    let own = subject.steps.get(step).is_some_and(|step| !step.is("template"));
    own && matches!(inside, [Key::Name("buttons" | "sections" | "cards"), ..])
}
