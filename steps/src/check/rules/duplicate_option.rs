//! Options of a step can be told apart.

use std::collections::HashMap;

use jsonc_parser::ast::{Object, StringLit, Value};

use super::{Page, Rule};
use crate::{
    check::{
        diagnostic::Diagnostic,
        json,
        place::{Key, Place},
        subject::Subject,
        walk::{Named, shortened},
    },
    expression::fold,
};

pub(super) const RULE: Rule = Rule {
    code: "duplicate_option",
    page: Page {
        happened: "Two options of one step have the same id, title or synonym. Texts are compared as answers are: case, accents, spaces and edge punctuation do \
                   not count.",
        why: "An answer that fits both always takes the first. WhatsApp refuses a message whose buttons share a title or an id.",
        to_do: "Give each option its own id, title and synonyms.",
    },
    check,
};

fn check(subject: &Subject<'_>, problems: &mut Vec<Diagnostic>) {
    let mut by_step: HashMap<&str, Vec<&Named<'_>>> = HashMap::new();
    for option in subject.objects.iter().filter(|named| is_option(named)) {
        if let [Key::Name("steps"), Key::Name(step), ..] = option.place.keys() {
            by_step.entry(step).or_default().push(option);
        }
    }
    for options in by_step.values() {
        let (mut ids, mut words) = (HashMap::new(), HashMap::new());
        for (at, option) in options.iter().enumerate() {
            if let Some(id) = json::get_text(option.object, "id")
                && is_taken(&mut ids, &*id.value, at)
            {
                problems.push(duplicate("id", id, &option.place.name("id")));
            }
            // Options with conditions may take turns, and a template's replies are matched apart: both may share words with others.
            if json::has(option.object, "when") || in_template(&option.place) {
                continue;
            }
            let group = group(&option.place);
            if let Some(title) = plain(option.object, "title")
                && is_taken(&mut words, (group, fold(&title.value)), at)
            {
                problems.push(duplicate("title", title, &option.place.name("title")));
            }
            let synonyms = json::get_list(option.object, "synonyms").iter().enumerate();
            for (index, synonym) in synonyms.filter_map(|(index, synonym)| Some((index, synonym.as_string_lit()?))) {
                if is_taken(&mut words, (group, fold(&synonym.value)), at) {
                    let place = option.place.name("synonyms").child(Key::Index(index));
                    problems.push(duplicate("synonym", synonym, &place));
                }
            }
        }
    }
}

/// Whether another option has it already. The same option may say it twice, as a title that is its own synonym.
fn is_taken<K: std::hash::Hash + Eq>(seen: &mut HashMap<K, usize>, key: K, option: usize) -> bool {
    *seen.entry(key).or_insert(option) != option
}

fn duplicate(what: &str, literal: &StringLit<'_>, place: &Place<'_>) -> Diagnostic {
    let message = format!("another option of this step has the {what} `{}` already", shortened(&literal.value));
    let span = literal.range.start..literal.range.end;
    Diagnostic::error(RULE.code, place, span, message).help("the first of them would take every answer; give this one its own")
}

fn is_option(named: &Named<'_>) -> bool {
    named.name == "Choice"
}

fn in_template(place: &Place<'_>) -> bool {
    matches!(place.in_step(), [Key::Name("template"), ..])
}

/// Cards repeat their buttons' titles; everywhere else titles share one room.
fn group(place: &Place<'_>) -> Option<usize> {
    match place.in_step() {
        [Key::Name("cards"), Key::Index(card), ..] => Some(*card),
        _ => None,
    }
}

fn plain<'t>(object: &'t Object<'t>, key: &str) -> Option<&'t StringLit<'t>> {
    json::get(object, key).and_then(Value::as_string_lit).filter(|text| !text.value.contains("{{") && !json::has(object, "each"))
}
