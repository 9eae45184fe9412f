//! A template is filled in as Meta knows it.

mod content;

use std::{collections::BTreeSet, ops::Range};

use jsonc_parser::ast::{Object, Value};

use super::{Page, Rule};
use crate::{
    check::{
        diagnostic::Diagnostic,
        json,
        place::Place,
        subject::Subject,
        walk::{Named, shortened},
    },
    expression::nearest,
    language, limits,
};

pub(super) const RULE: Rule = Rule {
    code: "template",
    page: Page {
        happened: "A template's name has not the form of one, or it is not known, not approved, or filled in otherwise than Meta expects.",
        why: "Meta refuses a template whose variables don't match (error 132000), whose header or buttons are of another kind (132012), and one that is paused or rejected. An unknown template is sent all the \
              same, since it may be newer than what is known here, so that is a warning.",
        to_do: "Compare name, language, header, variables and buttons with WhatsApp Manager. Variables are given by name or by position, never both ways in one template.",
    },
    check,
};

fn check(subject: &Subject<'_>, problems: &mut Vec<Diagnostic>) {
    let own = json::get_text(subject.root, "language").map_or("en", |own| &*own.value);
    for template in subject.named("Template") {
        one(subject, template, own, problems);
    }
    for step in subject.steps.values().filter(|step| step.is("template")) {
        one(subject, &Named { name: "Template", place: step.place(), object: step.object }, own, problems);
    }
}

fn one(subject: &Subject<'_>, template: &Named<'_>, own: &str, problems: &mut Vec<Diagnostic>) {
    mixed(template, problems);
    let Some(name) = json::get_text(template.object, "name") else { return };
    let known = &subject.environment.templates;
    let span = name.range.start..name.range.end;
    let place = template.place.name("name");
    let letters = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
    if name.value.is_empty() || name.value.len() > limits::TEMPLATE_NAME || !name.value.bytes().all(letters) {
        let message = format!("`{}` is no name of a template", shortened(&name.value));
        problems.push(Diagnostic::error(RULE.code, &place, span, message).expected("small letters, digits and `_`"));
        return;
    }
    if known.is_empty() {
        return;
    }
    let Some(languages) = known.get(&*name.value) else {
        let message = format!("there is no template `{}` in the account", shortened(&name.value));
        let near = nearest(&name.value, known.keys().map(String::as_str));
        problems.push(Diagnostic::warning(RULE.code, &place, span, message).nearest(near).help("it is sent all the same"));
        return;
    };
    let wanted = json::get_text(template.object, "language").map_or(own, |tag| &*tag.value);
    let Some(found) = languages.iter().find(|known| language::same(&known.language, wanted)) else {
        let tags: Vec<&str> = languages.iter().map(|known| known.language.as_str()).collect();
        let message = format!("the template `{}` has no `{}` version", name.value, shortened(wanted));
        problems.push(Diagnostic::warning(RULE.code, &place, span, message).expected(crate::check::shape::one_of(&tags)));
        return;
    };
    if !found.status.is_empty() && found.status != "APPROVED" {
        let message = format!("the template `{}` is not approved: its status is {}", name.value, found.status);
        problems.push(Diagnostic::warning(RULE.code, &place, span.clone(), message).help("Meta refuses it until it is approved"));
    }
    variables(template.object, "parameters", &found.parameters, &template.place, &(place, span.clone()), problems);
    if let Some(known) = &found.content {
        content::check(template, known, &span, problems);
    }
}

/// What a key gives for the variables of a text, by name or by position, is what the template has. `missing` is where it is told that
/// nothing is given.
fn variables<'t>(
    object: &'t Object<'t>,
    key: &'t str,
    wanted: &[String],
    place: &Place<'t>,
    missing: &(Place<'t>, Range<usize>),
    problems: &mut Vec<Diagnostic>,
) {
    let wanted: BTreeSet<&str> = wanted.iter().map(String::as_str).collect();
    let node = json::get(object, key);
    let positions: Vec<String>;
    let given: BTreeSet<&str> = match node {
        Some(Value::Object(object)) => object.properties.iter().map(json::key).collect(),
        Some(Value::Array(list)) => {
            positions = (1..=list.elements.len()).map(|position| position.to_string()).collect();
            positions.iter().map(String::as_str).collect()
        }
        _ => BTreeSet::new(),
    };
    if wanted == given {
        return;
    }
    let (place, span) = match node {
        Some(node) => (place.name(key), json::head(node)),
        None => missing.clone(),
    };
    let list = |names: Vec<&str>| names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
    let absent: Vec<&str> = wanted.difference(&given).copied().collect();
    let extra: Vec<&str> = given.difference(&wanted).copied().collect();
    let mut parts = Vec::new();
    if !absent.is_empty() {
        parts.push(format!("{} missing", list(absent)));
    }
    if !extra.is_empty() {
        parts.push(format!("{} not in the template", list(extra)));
    }
    let message = format!("the variables don't match the template: {}", parts.join("; "));
    problems.push(Diagnostic::error(RULE.code, &place, span, message));
}

/// Variables by name here and by position there.
fn mixed(template: &Named<'_>, problems: &mut Vec<Diagnostic>) {
    let cards = json::get_list(template.object, "cards").iter().filter_map(Value::as_object);
    let owners = std::iter::once(template.object).chain(cards);
    let mut by_name: Option<bool> = None;
    for owner in owners {
        for key in ["parameters", "header"] {
            let Some(node) = json::get(owner, key) else { continue };
            let named = match node {
                Value::Array(_) => false,
                Value::Object(object) if key == "parameters" || !is_part(object) => true,
                _ => continue,
            };
            if *by_name.get_or_insert(named) != named {
                let message = "this template's variables are given by name in one place and by position in another";
                let place = template.place.name(key);
                let found = Diagnostic::error(RULE.code, &place, json::head(node), message);
                problems.push(found.help("a template has named or numbered variables; give all of them that way"));
                return;
            }
        }
    }
}

/// A header that is a medium or a location, not a text.
fn is_part(header: &Object<'_>) -> bool {
    json::has(header, "kind") || json::has(header, "latitude")
}
