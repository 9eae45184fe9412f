//! A number is compared with a number, and a text with a text.

use super::{Page, Rule};
use crate::{
    check::{diagnostic::Diagnostic, subject::Subject},
    expression::kinds::{Kind, What},
};

pub(super) const RULE: Rule = Rule {
    code: "comparison",
    page: Page {
        happened: "A condition compares a number with a text.",
        why: "Such a comparison is almost never what was meant: `vars.score > \"50\"` compares with the number only because the text happens to be one, \
              and `vars.score == \"high\"` never holds.",
        to_do: "Write numbers without quotes and texts with them, or give the variable another `type`.",
    },
    check,
};

fn check(subject: &Subject<'_>, problems: &mut Vec<Diagnostic>) {
    for (site, span, _, what) in subject.faults() {
        let What::Compared { path, left, right } = what else { continue };
        let first = path.as_ref().map_or_else(|| "one side".to_owned(), |path| format!("`{path}`"));
        let message = format!("{first} is {}, and it is compared with {}", left.words(), right.words());
        let help = match (left, right) {
            (Kind::Number, Kind::Text) => "write the number without quotes",
            (Kind::Text, Kind::Number) => "write the number in quotes, or give the variable the type `number`",
            _ => "compare it with a value of its own type",
        };
        problems.push(Diagnostic::error(RULE.code, &site.place, span, message).help(help));
    }
}
