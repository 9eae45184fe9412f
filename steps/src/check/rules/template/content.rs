//! A message brings what its template needs, where it is known what that is: header, buttons and cards of the kinds that it has.

use std::ops::Range;

use jsonc_parser::ast::{Object, Value};

use super::{RULE, is_part, variables};
use crate::{
    check::{
        diagnostic::Diagnostic,
        json,
        place::{Key, Place},
        walk::{Named, shortened},
    },
    template::{TemplateContent, TemplateContentButton, TemplateContentHeader, gaps},
};

/// `name_span` is where a problem with something that is not there is shown.
pub(super) fn check(template: &Named<'_>, content: &TemplateContent, name_span: &Range<usize>, problems: &mut Vec<Diagnostic>) {
    let main =
        Owner { object: template.object, place: &template.place, missing: (template.place.name("name"), name_span.clone()) };
    main.check(content, problems);
    let cards = json::get_list(template.object, "cards");
    let place = template.place.name("cards");
    for (index, (card, content)) in cards.iter().zip(&content.cards).enumerate() {
        let Some(object) = card.as_object() else { continue };
        let place = place.child(Key::Index(index));
        let card = Owner { object, place: &place, missing: (place.clone(), json::head(card)) };
        variables(object, "parameters", &gaps(&content.body), &place, &card.missing, problems);
        card.check(content, problems);
    }
    let (given, known) = (cards.len(), content.cards.len());
    if given != known {
        let (place, span) = json::get(template.object, "cards").map_or(main.missing, |node| (place, json::head(node)));
        let message = format!("this template has {known} cards, and {given} are given");
        problems.push(Diagnostic::error(RULE.code, &place, span, message));
    }
}

/// A template, or a card of one, as the bot fills it in.
struct Owner<'a, 't> {
    object: &'t Object<'t>,
    place: &'a Place<'t>,
    /// Where it is told that something is missing.
    missing: (Place<'t>, Range<usize>),
}

impl Owner<'_, '_> {
    fn check(&self, content: &TemplateContent, problems: &mut Vec<Diagnostic>) {
        self.header(content.header.as_ref(), problems);
        let given = json::get_list(self.object, "buttons");
        let place = self.place.name("buttons");
        for (index, button) in content.buttons.iter().enumerate() {
            match given.get(index) {
                Some(node) => self.button(button, node, &place.child(Key::Index(index)), problems),
                None => self.button_left_out(button, problems),
            }
        }
        let (number, known) = (given.len(), content.buttons.len());
        if let Some(extra) = given.get(known) {
            let place = place.child(Key::Index(known));
            let message = format!("this template has {known} buttons, and {number} are given");
            problems.push(Diagnostic::error(RULE.code, &place, json::head(extra), message));
        }
    }

    fn header(&self, content: Option<&TemplateContentHeader>, problems: &mut Vec<Diagnostic>) {
        use TemplateContentHeader::{Document, Image, Location, Other, Text, Video};
        let node = json::get(self.object, "header");
        let wanted = match content {
            Some(Other) => return,
            Some(Text { text }) if node.and_then(Value::as_object).is_none_or(|header| !is_part(header)) => {
                return variables(self.object, "header", &gaps(text), self.place, &self.missing, problems);
            }
            Some(Text { .. }) => Some("a text"),
            None => None,
            Some(Image) => Some("an image"),
            Some(Video) => Some("a video"),
            Some(Document) => Some("a document"),
            Some(Location) => Some("a location"),
        };
        let given = match node {
            None => None,
            Some(Value::Object(header)) => match json::get_text(header, "kind").map(|kind| &*kind.value) {
                Some("image") => Some("an image"),
                Some("video") => Some("a video"),
                Some("document") => Some("a document"),
                None if json::has(header, "latitude") => Some("a location"),
                None => Some("a text"),
                // Of no kind that a header can have: another rule's.
                Some(_) => return,
            },
            Some(_) => Some("a text"),
        };
        let message = match (wanted, given) {
            (Some(wanted), None) => format!("this template's header is {wanted}, and none is given"),
            (None, Some(given)) => format!("this template has no header, and {given} is given"),
            (Some(wanted), Some(given)) if wanted != given => format!("this template's header is {wanted}, and {given} is given"),
            _ => return,
        };
        let (place, span) = match node {
            Some(node) => (self.place.name("header"), json::head(node)),
            None => self.missing.clone(),
        };
        problems.push(Diagnostic::error(RULE.code, &place, span, message));
    }

    /// A button of the template that the bot says something of, at its place.
    fn button(&self, button: &TemplateContentButton, node: &Value<'_>, place: &Place<'_>, problems: &mut Vec<Diagnostic>) {
        let Some(object) = node.as_object() else { return };
        let given = ["url_suffix", "code", "flow"].into_iter().find(|key| json::get(object, key).is_some());
        let given = given.or((!object.properties.is_empty()).then_some("title"));
        let label = shortened(label(button));
        let message = match (takes(button), given) {
            (Takes::Anything, _) | (Takes::MayHave(_), None) => return,
            (Takes::Needs(key) | Takes::MayHave(key), Some(given)) if key == given => return,
            (Takes::Needs(key) | Takes::MayHave(key), Some(given)) => {
                format!("the template's button `{label}` takes `{key}`, and `{given}` is given")
            }
            (Takes::Needs(key), None) => format!("the template's button `{label}` needs `{key}`"),
            (Takes::Nothing, None) => return,
            (Takes::Nothing, Some(given)) => format!("the template's button `{label}` takes nothing, and `{given}` is given"),
        };
        let found = Diagnostic::error(RULE.code, place, json::head(node), message);
        problems.push(found.help("buttons are given in the template's order; write `{}` for one that takes nothing"));
    }

    fn button_left_out(&self, button: &TemplateContentButton, problems: &mut Vec<Diagnostic>) {
        if let Takes::Needs(key) = takes(button) {
            let (place, span) = &self.missing;
            let message = format!("the template's button `{}` needs `{key}`", shortened(label(button)));
            let found = Diagnostic::error(RULE.code, place, span.clone(), message);
            problems.push(found.help("give `buttons` in the template's order; write `{}` for one that takes nothing"));
        }
    }
}

/// What a bot says of a button (Cloud API, Template messages): the key of it.
enum Takes {
    Needs(&'static str),
    MayHave(&'static str),
    Nothing,
    Anything,
}

fn takes(button: &TemplateContentButton) -> Takes {
    match button {
        // Without a payload its label comes back.
        TemplateContentButton::QuickReply { .. } => Takes::MayHave("title"),
        TemplateContentButton::Url { url, .. } if gaps(url).is_empty() => Takes::Nothing,
        TemplateContentButton::Url { .. } => Takes::Needs("url_suffix"),
        TemplateContentButton::CopyCode { .. } => Takes::Needs("code"),
        TemplateContentButton::Flow { .. } => Takes::MayHave("flow"),
        TemplateContentButton::PhoneNumber { .. } => Takes::Nothing,
        TemplateContentButton::Other { .. } => Takes::Anything,
    }
}

fn label(button: &TemplateContentButton) -> &str {
    match button {
        TemplateContentButton::QuickReply { text }
        | TemplateContentButton::Url { text, .. }
        | TemplateContentButton::PhoneNumber { text, .. }
        | TemplateContentButton::CopyCode { text }
        | TemplateContentButton::Flow { text, .. }
        | TemplateContentButton::Other { text } => text,
    }
}
