//! A function is given what it takes.

use super::{Page, Rule};
use crate::{
    check::{diagnostic::Diagnostic, subject::Subject},
    expression::{functions, kinds::What},
};

pub(super) const RULE: Rule = Rule {
    code: "arguments",
    page: Page {
        happened: "A function is given too few or too many values.",
        why: "It could not be called, and the step would fail when it runs.",
        to_do: "Call it as the reference shows: `money(amount, currency)`.",
    },
    check,
};

fn check(subject: &Subject<'_>, problems: &mut Vec<Diagnostic>) {
    for (site, _, span, what) in subject.faults() {
        let What::Arguments { name, given, least, most } = what else { continue };
        let takes = if least == most { least.to_string() } else { format!("{least} to {most}") };
        let values = if *most == 1 { "value" } else { "values" };
        let message = format!("`{name}` takes {takes} {values}, and is given {given}");
        let found = Diagnostic::error(RULE.code, &site.place, span, message);
        let signature = functions().iter().find(|function| function.name == name).map(|function| function.signature);
        problems.push(match signature {
            Some(signature) => found.help(format!("call it as `{signature}`; what stands before the dot is the first value")),
            None => found,
        });
    }
}
