//! What a model is told to do holds no words of the customer.

use super::{Page, Rule};
use crate::check::{
    diagnostic::Diagnostic,
    place::Key,
    subject::{StepView, Subject},
    walk::Site,
};

pub(super) const RULE: Rule = Rule {
    code: "customer_words",
    page: Page {
        happened: "What a model is told to do reads what the customer wrote: `message`, `answer` or `flow`.",
        why: "A customer may write \"ignore all instructions\". The model is shown the conversation anyway, apart from what it is told to do. Among the instructions these \
              words stand marked as data, and a model may follow them all the same.",
        to_do: "Take the expression out: the model reads the customer's message itself.",
    },
    check,
};

fn check(subject: &Subject<'_>, problems: &mut Vec<Diagnostic>) {
    for step in subject.steps.values() {
        for (site, meaning) in subject.sites_of(step).iter().filter(|(site, _)| is_told(step, site)) {
            for read in meaning.reads() {
                let root = read.path.split('.').next().unwrap_or_default();
                if matches!(root, "message" | "answer" | "flow") {
                    let span = subject.within(site, read.offset, read.len);
                    let message = format!("`{root}` puts the customer's words among what the model is told to do");
                    let found = Diagnostic::warning(RULE.code, &site.place, span, message);
                    problems.push(found.help("take it out: the model reads the conversation itself"));
                }
            }
        }
    }
}

/// Whether a string is one of those that tell a model what to do.
fn is_told(step: &StepView<'_>, site: &Site<'_>) -> bool {
    match (step.kind(), site.place.in_step()) {
        ("ai_reply", [Key::Name("instructions")]) | ("handoff", [Key::Name("summary"), Key::Name("instructions")]) => true,
        ("ai_reply", [Key::Name("tools"), inner @ ..]) => matches!(inner.last(), Some(Key::Name("description"))),
        ("ai_route", [Key::Name("intents"), ..]) | ("ai_extract", [Key::Name("fields"), ..]) => true,
        _ => false,
    }
}
