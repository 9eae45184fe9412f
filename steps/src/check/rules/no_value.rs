//! A group of properties is no value.

use super::{Page, Rule, unknown_property::PROPERTIES};
use crate::{
    check::{diagnostic::Diagnostic, subject::Subject},
    expression::kinds::What,
};

pub(super) const RULE: Rule = Rule {
    code: "no_value",
    page: Page {
        happened: "A text or value names a whole group, such as `{{ contact }}`.",
        why: "A group has properties and is no value by itself: the step would fail when it runs.",
        to_do: "Name the property that is meant, such as `{{ contact.name }}`. `vars`, `flow`, `contact.fields`, `lead.fields` and `company` are maps, and can be kept and sent whole.",
    },
    check,
};

fn check(subject: &Subject<'_>, problems: &mut Vec<Diagnostic>) {
    for (site, span, _, what) in subject.faults() {
        let What::NoValue { path } = what else { continue };
        let found = Diagnostic::error(RULE.code, &site.place, span, format!("`{path}` is a group of properties, and no value"));
        let known = PROPERTIES.iter().find(|(owner, _)| owner == path).map(|(_, known)| *known).unwrap_or_default();
        let known = known.iter().map(|name| format!("`{path}.{name}`")).collect::<Vec<_>>().join(", ");
        problems.push(if known.is_empty() {
            found.help("name one of its properties")
        } else {
            found.expected(format!("one of {known}"))
        });
    }
}
