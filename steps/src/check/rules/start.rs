//! A bot has a first step, and that step is there.

use super::{Page, Rule};
use crate::check::{
    diagnostic::Diagnostic,
    json,
    place::{Key, Place},
    subject::Subject,
};

pub(super) const RULE: Rule = Rule {
    code: "no_steps",
    page: Page {
        happened: "The bot has no steps.",
        why: "`start` names the first step, and a bot without steps has none to begin with.",
        to_do: "Add a step under `steps`, and name it in `start`.",
    },
    check,
};

fn check(subject: &Subject<'_>, problems: &mut Vec<Diagnostic>) {
    if let Some(steps) = json::get_object(subject.root, "steps")
        && steps.properties.is_empty()
    {
        let place = Place::of([Key::Name("steps")]);
        let span = steps.range.start..steps.range.end;
        problems
            .push(Diagnostic::error(RULE.code, &place, span, "the bot has no steps").help("add a step, and name it in `start`"));
    }
}
