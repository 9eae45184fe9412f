//! Options of a step can be told apart.

use std::collections::{HashMap, HashSet};

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
    expression::{fold, fold_but_symbols},
};

pub(super) const RULE: Rule = Rule {
    code: "duplicate_option",
    page: Page {
        happened: "Two options of one step have the same id, title or synonym, or the synonym of one is the title of another; or two intents of an \
                   `ai_route` have the same name. Texts are compared as answers \
                   are: case, accents, spaces and edge punctuation do not count. The template that stands in, and each card, are compared by themselves.",
        why: "An answer that fits both always takes the first; one that fits a title and a synonym takes the title, so that such a synonym is only of no \
              use. WhatsApp refuses a message whose buttons share a title or an id, and servers of models a list that names an intent twice.",
        to_do: "Give each option its own id, title and synonyms, and each intent its own name.",
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
        ids(options, problems);
        words(options, problems);
    }
    intents(subject, problems);
}

fn intents(subject: &Subject<'_>, problems: &mut Vec<Diagnostic>) {
    let mut names = HashSet::new();
    for intent in subject.named("RouteIntent") {
        if let [Key::Name("steps"), Key::Name(step), ..] = intent.place.keys()
            && let Some(name) = json::get_text(intent.object, "name")
            && !names.insert((*step, name.value.trim().to_owned()))
        {
            let message = format!("another intent of this step is called `{}` already", shortened(&name.value));
            let found = Diagnostic::error(RULE.code, &intent.place.name("name"), name.range.start..name.range.end, message);
            problems.push(found.help("the first of them would be taken always; give this one its own"));
        }
    }
}

fn ids(options: &[&Named<'_>], problems: &mut Vec<Diagnostic>) {
    let mut ids = HashMap::new();
    for (at, option) in options.iter().enumerate() {
        if let Some(id) = json::get_text(option.object, "id")
            && other(&mut ids, (room(&option.place), &*id.value), at).is_some()
        {
            problems.push(duplicate("id", id, &option.place.name("id")));
        }
    }
}

/// Titles come before synonyms when an answer is matched, so that a synonym which is another's title is only of no use.
fn words(options: &[&Named<'_>], problems: &mut Vec<Diagnostic>) {
    // Options with conditions may take turns, and a template's replies are matched apart: both may share words with others.
    let shown = |option: &&&Named<'_>| !json::has(option.object, "when") && !room(&option.place).in_template;
    let (mut exact, mut titles, mut synonyms) = (HashMap::new(), HashMap::new(), HashMap::new());
    let options = || options.iter().filter(shown).enumerate();
    for (at, option) in options() {
        let Some(title) = plain(option.object, "title") else { continue };
        let (room, place) = (room(&option.place), option.place.name("title"));
        let like_another = other(&mut titles, (room, fold(&title.value)), at).is_some();
        if other(&mut exact, (room, fold_but_symbols(&title.value)), at).is_some() {
            problems.push(duplicate("title", title, &place));
        } else if like_another {
            let message = format!("`{}` differs from another option's title by symbols alone", shortened(&title.value));
            let found = Diagnostic::warning(RULE.code, &place, title.range.start..title.range.end, message);
            problems.push(
                found.help("whoever types the word without its symbol gets the first of them; give each a word of its own"),
            );
        }
    }
    for (at, option) in options() {
        let list = json::get_list(option.object, "synonyms").iter().enumerate();
        for (index, synonym) in list.filter_map(|(index, synonym)| Some((index, synonym.as_string_lit()?))) {
            let place = option.place.name("synonyms").child(Key::Index(index));
            let word = (room(&option.place), fold(&synonym.value));
            if titles.get(&word).is_some_and(|owner| *owner != at) {
                let message = format!("`{}` is the title of another option, which takes this answer", shortened(&synonym.value));
                let span = synonym.range.start..synonym.range.end;
                let found = Diagnostic::warning(RULE.code, &place, span, message);
                problems.push(found.help("titles are matched before synonyms; take this one out"));
            } else if other(&mut synonyms, word, at).is_some() {
                problems.push(duplicate("synonym", synonym, &place));
            }
        }
    }
}

/// The option that has it already. The same option may say it twice, as a title that is its own synonym.
fn other<K: std::hash::Hash + Eq>(seen: &mut HashMap<K, usize>, key: K, option: usize) -> Option<usize> {
    Some(*seen.entry(key).or_insert(option)).filter(|first| *first != option)
}

fn duplicate(what: &str, literal: &StringLit<'_>, place: &Place<'_>) -> Diagnostic {
    let message = format!("another option of this step has the {what} `{}` already", shortened(&literal.value));
    let span = literal.range.start..literal.range.end;
    Diagnostic::error(RULE.code, place, span, message).help("the first of them would take every answer; give this one its own")
}

fn is_option(named: &Named<'_>) -> bool {
    named.name == "Choice"
}

/// Where options have to differ: those of the template that stands in apart from the step's own, and those of each card apart, which
/// repeat the buttons of the others.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Room {
    pub(super) in_template: bool,
    pub(super) card: Option<usize>,
}

pub(super) fn room(place: &Place<'_>) -> Room {
    let (in_template, inside) = match place.in_step() {
        [Key::Name("template"), inside @ ..] => (true, inside),
        inside => (false, inside),
    };
    let card = match inside {
        [Key::Name("cards"), Key::Index(card), ..] => Some(*card),
        _ => None,
    };
    Room { in_template, card }
}

pub(super) fn plain<'t>(object: &'t Object<'t>, key: &str) -> Option<&'t StringLit<'t>> {
    json::get(object, key).and_then(Value::as_string_lit).filter(|text| !text.value.contains("{{") && !json::has(object, "each"))
}
