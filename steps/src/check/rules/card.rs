//! A card of a carousel holds what WhatsApp draws.

use jsonc_parser::ast::{Object, Value};

use super::{Page, Rule};
use crate::{
    check::{
        diagnostic::Diagnostic,
        json,
        place::{Key, Place},
        subject::Subject,
    },
    limits,
};

pub(super) const RULE: Rule = Rule {
    code: "card",
    page: Page {
        happened: "A card of a carousel has a medium, a text or buttons that WhatsApp does not draw on cards.",
        why: "A card shows an image or a video, a text with 2 line breaks at most, and either 1 or 2 answers to tap or one link. The send would be refused.",
        to_do: "Take an image or a video, join lines of the text, and give the cards answers or a link, not both.",
    },
    check,
};

fn check(subject: &Subject<'_>, problems: &mut Vec<Diagnostic>) {
    for step in subject.steps.values().filter(|step| step.is("carousel")) {
        for (index, card) in json::get_list(step.object, "cards").iter().enumerate() {
            if let Some(card) = card.as_object() {
                one(&step.place().name("cards").child(Key::Index(index)), card, problems);
            }
        }
    }
}

fn one(place: &Place<'_>, card: &Object<'_>, problems: &mut Vec<Diagnostic>) {
    let mut wrong = |place: Place<'_>, node: &Value<'_>, message: String, help: &str| {
        problems.push(Diagnostic::error(RULE.code, &place, json::head(node), message).help(help));
    };
    if let Some(media) = json::get_object(card, "media")
        && let Some(Value::StringLit(kind)) = json::get(media, "kind")
        && matches!(&*kind.value, "audio" | "voice" | "document" | "sticker")
        && let Some(node) = json::get(media, "kind")
    {
        let message = format!("a card shows an image or a video, not `media` of kind `{}`", kind.value);
        wrong(place.name("media").name("kind"), node, message, "send it in a step of its own");
    }
    if let Some(node @ Value::StringLit(text)) = json::get(card, "text") {
        let breaks = text.value.matches('\n').count();
        if breaks > limits::CARD_LINE_BREAKS {
            let message = format!("a card's text may have {} line breaks; this has {breaks}", limits::CARD_LINE_BREAKS);
            wrong(place.name("text"), node, message, "join some of its lines");
        }
    }
    let Some(node @ Value::Array(buttons)) = json::get(card, "buttons") else { return };
    let all = || buttons.elements.iter().filter_map(Value::as_object);
    let links = all().filter(|button| json::has(button, "url")).count();
    let options = all().count() - links;
    let repeated = all().any(|button| json::has(button, "each"));
    let message = match (options, links) {
        (1.., 1..) => "a card has answers to tap or a link, not both".to_owned(),
        (0, 2..) => format!("a card has one link; this has {links}"),
        _ if repeated => "a card's button can't have `each`".to_owned(),
        _ if options > limits::CARD_BUTTONS => format!("a card has up to {} answers; this has {options}", limits::CARD_BUTTONS),
        (0, 0) => "a card needs a button".to_owned(),
        _ => return,
    };
    wrong(place.name("buttons"), node, message, "give it 1 or 2 answers, or one link; `each` belongs to the card");
}
