//! A variable's default has its type, and its name can be written in an expression.

use jsonc_parser::ast::{ObjectProp, Value};

use super::{Page, Rule};
use crate::{
    check::{
        diagnostic::Diagnostic,
        json,
        place::{Key, Place},
        subject::Subject,
    },
    ids::check_id,
};

pub(super) const RULE: Rule = Rule {
    code: "variable",
    page: Page {
        happened: "A variable's default is of another type than the variable, or its name is no id.",
        why: "Conditions rely on the declared type. A name with other characters could not be read as `vars.name`.",
        to_do: "Write a default of the declared type, or change `type`. Name the variable with small letters, digits and `_`.",
    },
    check,
};

fn check(subject: &Subject<'_>, problems: &mut Vec<Diagnostic>) {
    let declared = json::get_object(subject.root, "variables").map_or(&[][..], |variables| &variables.properties);
    let place = Place::of([Key::Name("variables")]);
    for property in declared {
        name(property, &place, problems);
        let Some(variable) = property.value.as_object() else { continue };
        let kind = json::get_text(variable, "type").map_or("text", |kind| &*kind.value);
        let Some(default) = json::get(variable, "default") else { continue };
        if !fits(kind, default) {
            let place = place.name(json::key(property)).name("default");
            let message =
                format!("the default of `{}` is {}, and its type is `{kind}`", json::key(property), json::what(default));
            problems.push(Diagnostic::error(RULE.code, &place, json::head(default), message));
        }
    }
    for (trigger, object) in subject.triggers() {
        let place = trigger.name("variables");
        let given = json::get_object(object, "variables").map_or(&[][..], |variables| &variables.properties);
        given.iter().for_each(|property| name(property, &place, problems));
    }
}

fn name<'t>(property: &'t ObjectProp<'t>, place: &Place<'t>, problems: &mut Vec<Diagnostic>) {
    if let Err(error) = check_id(json::key(property)) {
        let place = place.name(json::key(property));
        problems.push(Diagnostic::error(RULE.code, &place, json::key_span(property), error.to_string()));
    }
}

fn fits(kind: &str, value: &Value<'_>) -> bool {
    match kind {
        "text" => matches!(value, Value::StringLit(_)),
        "integer" => matches!(value, Value::NumberLit(number) if number.value.parse::<i64>().is_ok()),
        "number" => matches!(value, Value::NumberLit(_)),
        "boolean" => matches!(value, Value::BooleanLit(_)),
        "date" => matches!(value, Value::StringLit(text) if text.value.parse::<jiff::civil::Date>().is_ok()
            || text.value.parse::<jiff::Timestamp>().is_ok()),
        "list" => matches!(value, Value::Array(_)),
        "map" => matches!(value, Value::Object(_)),
        _ => true,
    }
}
