//! The rules that a bot of the right form must keep. One file each: what it checks, and the page that explains it.

mod start;
mod unknown_link;
mod unreachable;

use super::{diagnostic::Diagnostic, subject::Subject};

/// A rule, with the page that people read when it is broken.
pub(crate) struct Rule {
    /// The code of its diagnostics.
    pub(crate) code: &'static str,
    pub(crate) page: Page,
    pub(crate) check: fn(&Subject<'_>, &mut Vec<Diagnostic>),
}

/// What people read of a code.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Page {
    pub(crate) happened: &'static str,
    pub(crate) why: &'static str,
    pub(crate) to_do: &'static str,
}

/// Every rule, in the order of the reference: the graph, …
pub(crate) const RULES: &[Rule] = &[start::RULE, unknown_link::RULE, unreachable::RULE];

/// Checks them all.
pub(super) fn check(subject: &Subject<'_>, problems: &mut Vec<Diagnostic>) {
    for rule in RULES {
        (rule.check)(subject, problems);
    }
}
