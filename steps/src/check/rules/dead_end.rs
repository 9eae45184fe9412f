//! A question leads somewhere, whatever is answered or wanted.

use std::collections::HashSet;

use super::{Page, Rule};
use crate::check::{
    diagnostic::Diagnostic,
    graph::Way,
    json,
    place::Key,
    subject::{StepView, Subject},
    walk::{Named, shortened},
};

pub(super) const RULE: Rule = Rule {
    code: "dead_end",
    page: Page {
        happened: "A step asks the customer something, and no link leads on from it, or none from one of its options; or an `ai_route` says nowhere to \
                   go when no intent fits.",
        why: "The customer answers, and the bot ends without another word.",
        to_do: "Give the step a `next`, or its options a `goto`, or an `ai_route` an `otherwise`. Where the bot is meant to end, link to a `stop` step that says so.",
    },
    check,
};

fn check(subject: &Subject<'_>, problems: &mut Vec<Diagnostic>) {
    let mut leading_on = HashSet::new();
    for step in subject.steps.values().filter(|step| asks(step)) {
        if subject.edges(step).iter().any(|edge| !matches!(edge.way, Way::Failed | Way::Closed)) {
            leading_on.insert(step.id);
            continue;
        }
        let message = format!("`{}` waits for an answer, and no link leads on", step.id);
        let help = "give it a `next`, or its options a `goto`; to end here, link to a `stop` step";
        problems.push(Diagnostic::warning(RULE.code, &step.place(), step.key_span.clone(), message).help(help));
    }
    for step in subject.steps.values().filter(|step| step.kind() == "ai_route" && !step.disabled) {
        if !step.has("otherwise") && !step.has("next") {
            let message = format!("`{}` leads nowhere when no intent fits", step.id);
            let help = "give it an `otherwise`; to end here, link to a `stop` step";
            problems.push(Diagnostic::warning(RULE.code, &step.place(), step.key_span.clone(), message).help(help));
        }
    }
    for option in subject.named("Choice") {
        if let [Key::Name("steps"), Key::Name(step), ..] = option.place.keys()
            && leading_on.contains(*step)
            && !json::has(option.object, "goto")
            && !is_fixed(option)
            && !subject.steps.get(step).is_some_and(|step| step.has("next"))
        {
            problems.push(lost(option));
        }
    }
}

fn asks(step: &StepView<'_>) -> bool {
    !step.disabled && step.behaviour.as_ref().is_some_and(|step| step.waits())
}

/// `{}` stands for a button of a template that nobody answers by.
fn is_fixed(option: &Named<'_>) -> bool {
    option.object.properties.is_empty()
}

/// An option that ends the bot, beside others that do not.
fn lost(option: &Named<'_>) -> Diagnostic {
    let name = ["title", "id"].into_iter().find_map(|key| json::get_text(option.object, key));
    let which = name.map_or_else(|| "this option".to_owned(), |name| format!("`{}`", shortened(&name.value)));
    let message = format!("{which} leads nowhere: it has no `goto`, and the step no `next`");
    let span = name.map_or(option.object.range.start..option.object.range.start + 1, |name| name.range.start..name.range.end);
    let help = "give the option a `goto`, or the step a `next`; to end here, link to a `stop` step";
    Diagnostic::warning(RULE.code, &option.place, span, message).help(help)
}
