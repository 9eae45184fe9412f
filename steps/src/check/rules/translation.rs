//! Translations belong to a text that is there, in a language that has a tag.

use std::ops::Range;

use jsonc_parser::ast::{ObjectProp, Value};

use super::{Page, Rule};
use crate::{
    bot::short_key,
    check::{
        diagnostic::Diagnostic,
        json,
        meaning::{Meaning, is_language},
        place::{Key, Place},
        subject::{StepView, Subject},
        walk::{Site, shortened},
    },
    expression::{Text, nearest},
    language,
    step::Group,
};

pub(super) const RULE: Rule = Rule {
    code: "translation",
    page: Page {
        happened: "A translation's key names no text of this bot, or none that customers read; or it says nothing, or several texts for one; or its language is no \
                   language tag, or the bot's own.",
        why: "The translation would never be used, and customers would read the text in the bot's own language; or a message that needs a text would have none, \
              and be refused. What is kept and what agents and other systems get does not depend on who writes.",
        to_do: "Write the key as `step.key`: `welcome.text`, `welcome.buttons.buy.title` (an option by its id, else by its place; a row also without its section, \
                `menu.rows.nine.title`). Write the language as `es` or `pt-BR`. Only `synonyms` are lists.",
    },
    check,
};

fn check(subject: &Subject<'_>, problems: &mut Vec<Diagnostic>) {
    let own = json::get_text(subject.root, "language").map_or("en", |own| &*own.value);
    let Some(languages) = json::get_object(subject.root, "translations") else { return };
    for property in &languages.properties {
        let tag = json::key(property);
        let place = Place::of([Key::Name("translations"), Key::Name(tag)]);
        let span = json::key_span(property);
        if !is_language(tag) {
            let message = format!("`{}` is no language tag", shortened(tag));
            problems.push(Diagnostic::error(RULE.code, &place, span, message).expected("a tag such as `es` or `pt-BR`"));
        } else if language::same(tag, own) {
            let message = format!("`{tag}` is the bot's own language: its texts stand in the steps");
            problems.push(Diagnostic::warning(RULE.code, &place, span, message).help("take this out, or set another `language`"));
        }
        for entry in property.value.as_object().map_or(&[][..], |texts| &texts.properties) {
            let key = json::key(entry);
            match resolve(subject, key) {
                Err(Unresolved { message, near }) => {
                    let found = Diagnostic::error(RULE.code, &place.name(key), json::key_span(entry), message);
                    problems.push(found.nearest(near.as_deref()));
                }
                Ok((step, keys)) => {
                    if let Some((span, message)) = misplaced(step, &keys, entry) {
                        problems.push(Diagnostic::error(RULE.code, &place.name(key), span, message));
                    }
                }
            }
        }
    }
}

/// Why a translation of a text that is there can't be used, and where.
fn misplaced(step: &StepView<'_>, keys: &[Key<'_>], entry: &ObjectProp<'_>) -> Option<(Range<usize>, String)> {
    let key = json::key(entry);
    if let Some(reason) = never_shown(step, keys) {
        return Some((json::key_span(entry), format!("`{}` is not translated: {reason}", shortened(key))));
    }
    let synonyms = key.ends_with(".synonyms");
    match &entry.value {
        Value::Array(list) if !synonyms => {
            let message = format!("`{}` takes one text, not a list", shortened(key));
            Some((list.range.start..list.range.start + 1, message))
        }
        Value::StringLit(text) if text.value.trim().is_empty() && !synonyms && !may_be_empty(step, keys) => {
            let message = format!("the translation of `{}` is empty", shortened(key));
            Some((text.range.start..text.range.end, message))
        }
        _ => None,
    }
}

/// Why customers never read a text; None: they do.
fn never_shown(step: &StepView<'_>, keys: &[Key<'_>]) -> Option<&'static str> {
    let speaks = match step.kind() {
        "internal_message" => false,
        "handoff" => matches!(keys, [Key::Name("text")]),
        _ => step.definition.is_none_or(|definition| matches!(definition.group, Group::Send | Group::Ask)),
    };
    let of_option = keys.windows(2).any(|pair| matches!(pair, [Key::Index(_), Key::Name("value")]));
    match keys {
        _ if !speaks => Some("customers never read it"),
        [Key::Name("data"), ..] => None,
        _ if of_option => Some("what `save` keeps does not depend on the customer's language"),
        [Key::Name("min" | "max")] | [.., Key::Name("latitude" | "longitude")] => Some("it is compared, not shown"),
        _ => None,
    }
}

/// Whether a message can do without a text.
fn may_be_empty(step: &StepView<'_>, keys: &[Key<'_>]) -> bool {
    match keys {
        [Key::Name("text")] => {
            step.has("media") && !step.has("buttons") && !step.has("link")
                || step.is("product") && step.has("product")
                || step.is("handoff")
        }
        [.., Key::Name("header" | "footer" | "description" | "filename" | "address" | "company")] => true,
        [Key::Name("button")] => step.is("message") || step.is("ask") || step.is("list"),
        [Key::Name("cards"), _, Key::Name("text")] | [Key::Name("location"), _] | [Key::Name("data"), ..] => true,
        _ => false,
    }
}

/// Why a key names no text.
struct Unresolved {
    message: String,
    near: Option<String>,
}

/// The step and the keys inside it that a translation's key names.
fn resolve<'s, 't>(subject: &'s Subject<'t>, key: &str) -> Result<(&'s StepView<'t>, Vec<Key<'t>>), Unresolved> {
    let (id, rest) = key.split_once('.').unwrap_or((key, ""));
    let Some(step) = subject.steps.get(id) else {
        let near = nearest(id, subject.steps.keys().copied()).map(|near| format!("{near}.{rest}"));
        return Err(Unresolved { message: format!("there is no step `{}`", shortened(id)), near });
    };
    let texts = || subject.sites_of(step).iter().map(|(site, _)| site).filter(|site| site.kind == "text");
    let is_named = |place: &str, wanted: &str| place == wanted || short_key(place) == Some(wanted);
    for site in texts() {
        let place = named(step, site.place.in_step());
        // A list of synonyms is translated as a whole.
        let list = place.rsplit_once('.').map_or("", |(list, _)| list);
        if is_named(&place, rest) || (list.ends_with("synonyms") && is_named(list, rest)) {
            return Ok((step, site.place.in_step().to_vec()));
        }
    }
    // Synonyms may be there in one language only.
    if let Some(option) = rest.strip_suffix(".synonyms") {
        let title = format!("{option}.title");
        if let Some(site) = texts().find(|site| is_named(&named(step, site.place.in_step()), &title)) {
            return Ok((step, site.place.in_step().to_vec()));
        }
    }
    let known: Vec<String> = texts().map(|site| named(step, site.place.in_step())).collect();
    let near = nearest(rest, known.iter().map(String::as_str)).map(|near| format!("{id}.{near}"));
    Err(Unresolved { message: format!("the step `{id}` has no text `{}`", shortened(rest)), near })
}

/// A place inside a step as translations name it: options by their id.
fn named(step: &StepView<'_>, keys: &[Key<'_>]) -> String {
    let mut names: Vec<String> = Vec::new();
    let mut node: Option<&Value<'_>> = None;
    for (at, key) in keys.iter().enumerate() {
        node = match (key, node) {
            (Key::Name(name), None) if at == 0 => json::get(step.object, name),
            (Key::Name(name), Some(Value::Object(object))) => json::get(object, name),
            (Key::Index(index), Some(Value::Array(list))) => list.elements.get(*index),
            _ => None,
        };
        names.push(match key {
            Key::Name(name) => (*name).to_owned(),
            Key::Index(index) => {
                let id = node.and_then(Value::as_object).and_then(|object| json::get_text(object, "id"));
                id.map_or_else(|| index.to_string(), |id| id.value.to_string())
            }
        });
    }
    names.join(".")
}

/// Every translated text of a step, with the keys of the text that it stands for.
pub(super) fn each_text<'t>(subject: &Subject<'t>, mut visit: impl FnMut(&StepView<'t>, &[Key<'t>], &Text, &Site<'t>)) {
    for (site, meaning) in &subject.sites {
        // Synonyms are lists, and nothing limits them.
        let ([Key::Name("translations"), _, Key::Name(key)], Meaning::Text(text)) = (site.place.keys(), meaning) else {
            continue;
        };
        if let Ok((step, keys)) = resolve(subject, key) {
            visit(step, &keys, text, site);
        }
    }
}
