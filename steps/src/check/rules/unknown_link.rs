//! Every link leads to a step that is there.

use std::collections::HashSet;

use super::{Page, Rule, SUGGESTIONS};
use crate::{
    check::{diagnostic::Diagnostic, subject::Subject, walk::shortened},
    expression::nearest,
};

pub(super) const RULE: Rule = Rule {
    code: "unknown_link",
    page: Page {
        happened: "A link names a step that is not in this bot.",
        why: "A conversation that comes to such a link could go nowhere: the customer would get no answer.",
        to_do: "Write the id of a step of this bot, or leave the link out: a missing `next` ends the bot.",
    },
    check,
};

fn check(subject: &Subject<'_>, problems: &mut Vec<Diagnostic>) {
    // The steps by what they are called, not those alone that could be read.
    let known: HashSet<&str> = subject.steps.keys().copied().collect();
    for (at, site) in subject.of_kind("link").filter(|site| !known.contains(site.value())).enumerate() {
        let message = format!("there is no step `{}`", shortened(site.value()));
        let near = nearest(site.value(), known.iter().copied().filter(|_| at < SUGGESTIONS));
        problems.push(Diagnostic::error(RULE.code, &site.place, site.span(), message).nearest(near));
    }
}
