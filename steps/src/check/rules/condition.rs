//! A condition is true, false or missing.

use super::{Page, Rule};
use crate::{
    check::{diagnostic::Diagnostic, subject::Subject},
    expression::kinds::{Kind, What},
};

pub(super) const RULE: Rule = Rule {
    code: "condition",
    page: Page {
        happened: "A condition is a text, a number or another value that is neither true nor false.",
        why: "Only `true` and `false` decide a branch. Whether an empty text or a zero counts is not for the bot to guess: the step would fail.",
        to_do: "Say what is asked: `contact.email != ()` whether there is one, `vars.score > 0` whether it counts.",
    },
    check,
};

fn check(subject: &Subject<'_>, problems: &mut Vec<Diagnostic>) {
    for (site, whole, part, what) in subject.faults() {
        let What::NoCondition { path, kind } = what else { continue };
        let shown = path.as_ref().map_or_else(|| "this".to_owned(), |path| format!("`{path}`"));
        let message = format!("a condition is true or false, and {shown} is {}", kind.words());
        let help = match (path, kind) {
            (Some(path), Kind::Group) => format!("name one of its properties, such as `{path}.id != ()`"),
            (Some(path), Kind::Number) => format!("compare it: `{path} > 0`, or `{path} != ()`"),
            (Some(path), Kind::List | Kind::Map) => format!("ask for what is in it: `{path}.len > 0`"),
            (Some(path), _) => format!("compare it: `{path} != ()`"),
            (None, _) => "compare it with something".to_owned(),
        };
        let span = if path.is_some() { part } else { whole };
        problems.push(Diagnostic::error(RULE.code, &site.place, span, message).help(help));
    }
}
