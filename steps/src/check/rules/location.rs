//! Places lie on earth.

use jsonc_parser::ast::Value;

use super::{Page, Rule};
use crate::check::{diagnostic::Diagnostic, json, subject::Subject};

pub(super) const RULE: Rule = Rule {
    code: "location",
    page: Page {
        happened: "A latitude or longitude is no place on earth.",
        why: "A latitude lies between -90 and 90 degrees, a longitude between -180 and 180. The send would be refused.",
        to_do: "Look the place up on a map, and mind the order: the latitude (north) is often named first, the longitude (east) second.",
    },
    check,
};

fn check(subject: &Subject<'_>, problems: &mut Vec<Diagnostic>) {
    for location in subject.named("Location") {
        for (key, most) in [("latitude", 90.0), ("longitude", 180.0)] {
            let Some(node) = json::get(location.object, key) else { continue };
            let written = match node {
                Value::NumberLit(number) => number.value,
                // What is filled in is known only when it runs.
                Value::StringLit(text) if !text.value.contains("{{") => text.value.trim(),
                _ => continue,
            };
            if written.parse::<f64>().is_ok_and(|degrees| degrees.abs() <= most) {
                continue;
            }
            let message = format!("this is no {key}");
            let found = Diagnostic::error(RULE.code, &location.place.name(key), json::head(node), message);
            problems.push(found.expected(format!("a number between -{most} and {most}")));
        }
    }
}
