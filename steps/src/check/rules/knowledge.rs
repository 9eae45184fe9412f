//! A source of knowledge says where it is read from, once.

use super::{Page, Rule};
use crate::{
    check::{diagnostic::Diagnostic, json, subject::Subject},
    knowledge::{Fault, Source},
};

pub(super) const RULE: Rule = Rule {
    code: "knowledge",
    page: Page {
        happened: "A source of knowledge says not where it is read from, says it twice, or names a place that can't be read.",
        why: "Nothing would be found in it. Files are read only inside of the folder of bots, pages only from `https://` and `http://` addresses.",
        to_do: "Keep one of `text`, `file`, `folder` and `url`. Write a path from the folder of bots downwards, or a whole address.",
    },
    check,
};

fn check(subject: &Subject<'_>, problems: &mut Vec<Diagnostic>) {
    for named in subject.named("Source") {
        let text = subject.source.get(named.object.range.start..named.object.range.end).unwrap_or_default();
        // One of another form is told of along the schema.
        let Ok(source) = serde_json::from_str::<Source>(text) else { continue };
        for Fault { key, message, expected } in source.faults() {
            let value = key.and_then(|key| Some((key, json::get(named.object, key)?)));
            let (place, span) = match value {
                Some((key, value)) => (named.place.name(key), json::head(value)),
                None => (named.place.clone(), named.object.range.start..named.object.range.start + 1),
            };
            // What is no language is told of every key that has one.
            if key != Some("language") {
                problems.push(Diagnostic::error(RULE.code, &place, span, message).expected(expected));
            }
        }
    }
}
