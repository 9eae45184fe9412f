//! A menu has as many options as WhatsApp shows.

use jsonc_parser::ast::{Object, Value};

use super::{Page, Rule};
use crate::{
    check::{
        diagnostic::Diagnostic,
        json,
        place::Key,
        subject::{StepView, Subject},
    },
    limits,
};

pub(super) const RULE: Rule = Rule {
    code: "option_count",
    page: Page {
        happened: "A step has more options than WhatsApp shows, or none, or a carousel whose cards are not alike.",
        why: "A list shows 10 rows over all its sections; a carousel has 2 to 10 cards, each with a medium of the same kind and the same buttons. Other messages are refused.",
        to_do: "Name in `more` the row that leads to the next page, or split the menu. Give all cards the same parts.",
    },
    check,
};

fn check(subject: &Subject<'_>, problems: &mut Vec<Diagnostic>) {
    for step in subject.steps.values() {
        match step.kind() {
            "message" | "ask" => rows(step, "buttons", count(json::get_list(step.object, "buttons")), problems),
            "list" => list(step, problems),
            "carousel" => carousel(step, problems),
            _ => {}
        }
    }
}

/// How many options stand there at the least; what `each` makes is known only when it runs.
fn count(options: &[Value<'_>]) -> usize {
    options.iter().filter_map(Value::as_object).filter(|option| !json::has(option, "each") && !json::has(option, "when")).count()
}

fn rows(step: &StepView<'_>, key: &'static str, found: usize, problems: &mut Vec<Diagnostic>) {
    if found > limits::ROWS && !step.has("more") {
        let (place, span) = step.spot(key);
        let message = format!("there are {found} options, and WhatsApp shows {}", limits::ROWS);
        let help = "name in `more` the row that leads to the next page";
        problems.push(Diagnostic::error(RULE.code, &place, span, message).help(help));
    }
}

fn list(step: &StepView<'_>, problems: &mut Vec<Diagnostic>) {
    let sections = json::get_list(step.object, "sections");
    let objects = || sections.iter().filter_map(Value::as_object);
    let repeated = objects().any(|section| json::has(section, "each"));
    let all = objects().filter(|section| !json::has(section, "each")).map(|section| count(json::get_list(section, "rows"))).sum();
    rows(step, "sections", all, problems);
    if sections.len() > limits::SECTIONS {
        let (place, span) = step.spot("sections");
        let message = format!("there are {} sections, and WhatsApp shows {}", sections.len(), limits::SECTIONS);
        problems.push(Diagnostic::error(RULE.code, &place, span, message).help("put the rows into fewer sections"));
    }
    if !sections.is_empty() && objects().all(|section| json::get_list(section, "rows").is_empty()) {
        let (place, span) = step.spot("sections");
        problems.push(
            Diagnostic::error(RULE.code, &place, span, "no section has a row").help("give the customer something to choose"),
        );
    }
    for (index, section) in sections.iter().enumerate() {
        let Some(object) = section.as_object() else { continue };
        let place = step.place().name("sections").child(Key::Index(index));
        if (sections.len() > 1 || repeated) && !json::has(object, "title") {
            let found = Diagnostic::error(RULE.code, &place, json::head(section), "a section beside others needs a title");
            problems.push(found.help("give it a `title`, or put all rows into one section"));
        }
    }
}

fn carousel(step: &StepView<'_>, problems: &mut Vec<Diagnostic>) {
    let cards = json::get_list(step.object, "cards");
    let objects: Vec<&Object<'_>> = cards.iter().filter_map(Value::as_object).collect();
    let repeated = objects.iter().any(|card| json::has(card, "each"));
    let enough = repeated || cards.len() >= limits::FEWEST_CARDS;
    if !cards.is_empty() && (!enough || cards.len() > limits::CARDS) {
        let (place, span) = step.spot("cards");
        let message = format!("a carousel has {} to {} cards; this has {}", limits::FEWEST_CARDS, limits::CARDS, cards.len());
        problems.push(Diagnostic::error(RULE.code, &place, span, message));
    }
    let Some(first) = objects.first().map(|card| parts(card)) else { return };
    for (index, card) in cards.iter().enumerate().skip(1) {
        let Some(object) = card.as_object() else { continue };
        if let Some(((what, a), (_, b))) = first.iter().zip(&parts(object)).find(|(a, b)| a != b) {
            let place = step.place().name("cards").child(Key::Index(index));
            let message = format!("cards must {what}: the first has {a}, and this has {b}");
            problems.push(Diagnostic::error(RULE.code, &place, json::head(card), message).help("give all cards the same parts"));
        }
    }
}

/// What all cards must have in common, and what this one has of it.
fn parts(card: &Object<'_>) -> [(&'static str, String); 4] {
    let kind = json::get_object(card, "media").and_then(|media| json::get_text(media, "kind"));
    let buttons: Vec<&Object<'_>> = match json::get(card, "buttons") {
        Some(Value::Object(link)) => vec![link],
        _ => json::get_list(card, "buttons").iter().filter_map(Value::as_object).collect(),
    };
    let links = buttons.iter().filter(|button| json::has(button, "url")).count();
    [
        ("be alike", kind.map_or_else(|| "no `media`".to_owned(), |kind| format!("`media` of kind `{}`", kind.value))),
        ("be alike", if json::has(card, "text") { "a text" } else { "no text" }.to_owned()),
        ("have the same number of buttons", buttons.len().to_string()),
        ("have the same number of links", links.to_string()),
    ]
}
