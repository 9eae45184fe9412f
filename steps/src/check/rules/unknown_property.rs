//! What is read of the contact, the lead, the window, … is something that they have.

use super::{Page, Rule};
use crate::{
    check::{diagnostic::Diagnostic, subject::Subject},
    expression::{
        kinds::{OF_DATES, What},
        nearest,
    },
};

pub(super) const RULE: Rule = Rule {
    code: "unknown_property",
    page: Page {
        happened: "An expression reads a property that does not exist, such as `contact.frist_name`.",
        why: "It would always be missing. Values of your own live in `vars`, `contact.fields`, `lead.fields` and `company`.",
        to_do: "Use one of the properties in the reference, or write `contact.fields.NAME` for a field of your own.",
    },
    check,
};

/// What each root has, where the language fixes it. The others (`vars`, `flow`, `company`, `answer`, …) hold what a bot puts there.
pub(crate) const PROPERTIES: &[(&str, &[&str])] = &[
    ("message", &["text", "said", "type", "id", "tapped", "media", "location", "order", "contacts", "referral", "product"]),
    ("message.tapped", &["id", "title", "value"]),
    (
        "contact",
        &["id", "phone", "name", "first_name", "username", "email", "language", "owner", "tags", "tasks", "opted_in", "fields"],
    ),
    ("lead", &["id", "name", "pipeline", "stage", "price", "tags", "owner", "items", "fields"]),
    ("conversation", &["id", "number", "channel", "count", "human", "subscribers"]),
    ("trigger", &["on", "data"]),
    ("error", &["name", "code", "text", "step"]),
    ("window", &["open", "closes_at", "seconds_left", "free_entry"]),
    ("hours", &["open", "opens_at"]),
    ("bot", &["id", "name", "version"]),
    ("reply", &["status", "json", "text"]),
    ("child", &["vars", "outcome", "status"]),
    ("found", &["id", "name", "price", "fields", "is_self"]),
];

fn check(subject: &Subject<'_>, problems: &mut Vec<Diagnostic>) {
    for (site, meaning) in &subject.sites {
        for read in meaning.reads() {
            let Some((owner, name, known)) = unknown(&read.path) else { continue };
            let near = nearest(name, known.iter().copied());
            let span = subject.within(site, read.offset, read.len);
            let message = format!("`{owner}` has no property `{name}`");
            let known = known.iter().map(|name| format!("`{owner}.{name}`")).collect::<Vec<_>>().join(", ");
            let found = Diagnostic::error(RULE.code, &site.place, span, message).expected(format!("one of {known}"));
            let near = near.map(|near| format!("{owner}.{near}"));
            problems.push(found.nearest(near.as_deref()));
        }
    }
    for (site, _, span, what) in subject.faults() {
        let What::NoProperty { name } = what else { continue };
        let known = || OF_DATES.iter().map(|(name, _)| *name);
        let found = Diagnostic::error(RULE.code, &site.place, span, format!("a date has no property `{name}`"));
        let list = known().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
        problems.push(found.expected(format!("one of {list}")).nearest(nearest(name, known())));
    }
}

/// The owner, the name that it doesn't have, and those that it has.
fn unknown(path: &str) -> Option<(&str, &str, &'static [&'static str])> {
    PROPERTIES.iter().find_map(|(owner, known)| {
        let name = path.strip_prefix(owner)?.strip_prefix('.')?.split('.').next()?;
        // What stands behind a value (`contact.name.len`) is a property of its type.
        (!known.contains(&name)).then_some((&path[..owner.len()], name, *known))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_that_are_not_there_are_unknown() {
        assert_eq!(unknown("contact.frist_name").map(|(owner, name, _)| (owner, name)), Some(("contact", "frist_name")));
        for known in ["contact", "contact.fields.anything", "vars.x", "contacts.x", "message.tapped.id", "lead.price"] {
            assert!(unknown(known).is_none(), "{known}");
        }
        assert!(unknown("message.tapped.titel").is_some());
    }
}
