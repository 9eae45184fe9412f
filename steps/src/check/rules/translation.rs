//! Translations belong to a text that is there, in a language that has a tag.

use jsonc_parser::ast::Value;

use super::{Page, Rule};
use crate::{
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
};

pub(super) const RULE: Rule = Rule {
    code: "translation",
    page: Page {
        happened: "A translation's key names no text of this bot, or its language is no language tag, or the bot's own.",
        why: "The translation would never be used: customers would read the text in the bot's own language.",
        to_do: "Write the key as `step.key`: `welcome.text`, `welcome.buttons.buy.title` (an option by its id, else by its place). Write the language as \
                `es` or `pt-BR`.",
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
            if let Err(Unresolved { message, near }) = resolve(subject, key) {
                let near = near.map(|near| near.to_owned());
                let found = Diagnostic::error(RULE.code, &place.name(key), json::key_span(entry), message);
                problems.push(found.nearest(near.as_deref()));
            }
        }
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
    let texts = subject.sites_of(step).iter().filter(|(site, _)| site.kind == "text");
    for (site, _) in texts {
        let place = named(step, site.place.in_step());
        // A list of synonyms is translated as a whole.
        let list = place.rsplit_once('.').map_or("", |(list, _)| list);
        if place == rest || (list == rest && list.ends_with("synonyms")) {
            return Ok((step, site.place.in_step().to_vec()));
        }
    }
    // Synonyms may be there in one language only.
    if let Some(option) = rest.strip_suffix(".synonyms") {
        let title = format!("{option}.title");
        let mut titles = subject.sites_of(step).iter().filter(|(site, _)| site.kind == "text");
        if let Some((site, _)) = titles.find(|(site, _)| named(step, site.place.in_step()) == title) {
            return Ok((step, site.place.in_step().to_vec()));
        }
    }
    let known: Vec<String> = subject
        .sites_of(step)
        .iter()
        .filter(|(site, _)| site.kind == "text")
        .map(|(site, _)| named(step, site.place.in_step()))
        .collect();
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
