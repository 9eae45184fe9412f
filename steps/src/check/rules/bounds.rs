//! What an `ask` takes at least and at most.

use std::cmp::Ordering;

use jsonc_parser::ast::Value;

use super::{Page, Rule};
use crate::{
    check::{
        diagnostic::Diagnostic,
        json,
        subject::{StepView, Subject},
    },
    expression::find,
};

pub(super) const RULE: Rule = Rule {
    code: "bounds",
    page: Page {
        happened: "`min` is more than `max`, or they stand beside an `expect` that has neither more nor less.",
        why: "No answer lies between bounds that exclude each other: the customer would be asked again and again. Numbers, dates, times and the length of a text have \
              bounds; an e-mail, a phone, an address, a medium or a location has none.",
        to_do: "Exchange the two, or take them out.",
    },
    check,
};

fn check(subject: &Subject<'_>, problems: &mut Vec<Diagnostic>) {
    for step in subject.steps.values().filter(|step| step.is("ask")) {
        let expect = json::get_text(step.object, "expect").map_or("text", |expect| &*expect.value);
        if matches!(expect, "email" | "phone" | "url" | "media" | "location") {
            for key in ["min", "max"].into_iter().filter(|key| step.has(key)) {
                let (place, span) = step.spot(key);
                let message = format!("`{key}` says nothing of an answer that is `{expect}`");
                problems.push(Diagnostic::warning(RULE.code, &place, span, message).help("take it out"));
            }
        } else if compare(step, expect) == Some(Ordering::Greater) {
            let (place, span) = step.spot("min");
            let found = Diagnostic::error(RULE.code, &place, span, "`min` is more than `max`: no answer lies between them");
            problems.push(found.help("exchange the two"));
        }
    }
}

/// How the bounds compare, where both are written out.
fn compare(step: &StepView<'_>, expect: &str) -> Option<Ordering> {
    let written = |key| match json::get(step.object, key)? {
        Value::NumberLit(number) => Some(number.value.to_owned()),
        Value::StringLit(text) if !text.value.contains("{{") => Some(text.value.to_string()),
        _ => None,
    };
    let (min, max) = (written("min")?, written("max")?);
    match expect {
        "date" => Some(min.parse::<jiff::civil::Date>().ok()?.cmp(&max.parse().ok()?)),
        "time" => Some(find::time(&min)?.cmp(&find::time(&max)?)),
        _ => min.parse::<f64>().ok()?.partial_cmp(&max.parse().ok()?),
    }
}
