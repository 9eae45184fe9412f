//! A question leads somewhere.

use super::{Page, Rule};
use crate::check::{diagnostic::Diagnostic, graph::Way, subject::Subject};

pub(super) const RULE: Rule = Rule {
    code: "dead_end",
    page: Page {
        happened: "A step asks the customer something, and no link leads on from it.",
        why: "Whatever the customer answers, the bot ends without another word.",
        to_do: "Give the step a `next`, or its options a `goto`. Where the bot is meant to end, link to a `stop` step that says so.",
    },
    check,
};

fn check(subject: &Subject<'_>, problems: &mut Vec<Diagnostic>) {
    let asking = subject.steps.values().filter(|step| !step.disabled && step.behaviour.as_ref().is_some_and(|step| step.waits()));
    for step in asking {
        let leads_on = subject.edges(step).iter().any(|edge| !matches!(edge.way, Way::Failed | Way::Closed));
        if !leads_on {
            let message = format!("`{}` waits for an answer, and no link leads on", step.id);
            let help = "give it a `next`, or its options a `goto`; to end here, link to a `stop` step";
            problems.push(Diagnostic::warning(RULE.code, &step.place(), step.key_span.clone(), message).help(help));
        }
    }
}
