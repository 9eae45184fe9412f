//! Every step can be reached.

use std::collections::HashSet;

use super::{Page, Rule};
use crate::check::{diagnostic::Diagnostic, json, subject::Subject};

pub(super) const RULE: Rule = Rule {
    code: "unreachable",
    page: Page {
        happened: "No way leads to this step.",
        why: "Neither `start`, a trigger, a default nor a step that can be reached links to it, so it never runs. Often a link was \
              meant to lead here.",
        to_do: "Link to it, or take it out. A step that is kept for later can say `disabled`.",
    },
    check,
};

fn check(subject: &Subject<'_>, problems: &mut Vec<Diagnostic>) {
    let start = json::get_text(subject.root, "start");
    if start.is_none_or(|start| !subject.steps.contains_key(&*start.value)) {
        // Everything would be unreachable, for a reason that is said elsewhere.
        return;
    }
    let mut reached: HashSet<&str> = HashSet::new();
    let outside = subject.of_kind("link").filter(|site| site.place.in_step().is_empty());
    let mut open: Vec<&str> = outside.map(|site| site.value()).collect();
    while let Some(id) = open.pop() {
        let Some(step) = subject.steps.get(id) else { continue };
        if reached.insert(step.id) {
            open.extend(subject.sites_of(step).iter().filter(|(site, _)| site.kind == "link").map(|(site, _)| site.value()));
        }
    }
    for step in subject.steps.values().filter(|step| !step.disabled && !reached.contains(step.id)) {
        let message = format!("no way leads to the step `{}`", step.id);
        let help = "link to it, take it out, or keep it for later with `disabled`";
        problems.push(Diagnostic::warning(RULE.code, &step.place(), step.key_span.clone(), message).help(help));
    }
}
