//! The faces of what customers send.

use serde_json::Value;
use steps::{
    event::{Content, InboundMedia, Order},
    message::ContactCard,
};

use super::{Face, Mark, Medium, Piece, reaction};
use crate::words::{Words, fill};

impl Face {
    /// A message of the customer.
    pub fn of_content(content: &Content, words: &Words) -> Face {
        match content {
            Content::Text { text } => Face::plain(text),
            Content::Tap { title, description, .. } => {
                Face::show([Piece::Label(title.clone())].into_iter().chain(description.clone().map(Piece::Footer)))
            }
            Content::Form { answers, name, .. } => Face {
                mark: Some(Mark::Form { name: name.clone() }),
                ..Face::show([Piece::Facts(answers.iter().map(|(name, value)| (name.clone(), in_words(value))).collect())])
            },
            Content::Media(media) => inbound_media(media, words),
            Content::Location(location) => Face::show([Piece::Place(location.clone())]),
            Content::Contacts { contacts, .. } => inbound_contacts(contacts, words),
            Content::Order(order) => order_face(order),
            Content::Reaction { emoji, .. } => reaction(emoji.as_deref().unwrap_or_default(), words),
            Content::Edit { text, .. } => Face { mark: Some(Mark::Edit), ..Face::show(text.clone().map(Piece::Text)) },
            Content::Revoke { .. } => Face::hint(words.deleted_earlier),
            Content::CallPermission { response } => Face::hint(fill(words.call_permission, response)),
            Content::Call { event } => Face::hint(fill(words.call, event)),
            Content::Unsupported { what, code: Some(code) } => Face::hint(fill(words.not_handed_on, &format!("{what} ({code})"))),
            Content::Unsupported { what, code: None } => Face::hint(fill(words.not_handed_on, what)),
            Content::Unknown { what } => Face::hint(fill(words.unknown_kind, what)),
        }
    }
}

fn inbound_media(media: &InboundMedia, words: &Words) -> Face {
    let medium = Medium { kind: media.kind, source: format!("id {}", media.id), filename: media.filename.clone() };
    let shown = Piece::Media { media: medium, caption: media.caption.clone() };
    Face::show([shown].into_iter().chain(media.transcript.as_ref().map(|heard| Piece::Hint(fill(words.transcript, heard)))))
}

/// Contact cards as the webhook writes them (Cloud API, Contacts messages); whatever is missing is left out.
fn inbound_contacts(contacts: &Value, words: &Words) -> Face {
    let strings = |contact: &Value, list: &str, key: &str| -> Vec<String> {
        let entries = contact[list].as_array().map(Vec::as_slice).unwrap_or_default();
        entries.iter().filter_map(|entry| entry[key].as_str()).map(str::to_owned).collect()
    };
    let person = |contact: &Value| {
        Piece::Person(ContactCard {
            name: contact["name"]["formatted_name"].as_str().unwrap_or(words.contact).to_owned(),
            phones: strings(contact, "phones", "phone"),
            emails: strings(contact, "emails", "email"),
            company: contact["org"]["company"].as_str().map(str::to_owned),
        })
    };
    match contacts.as_array() {
        Some(contacts) if !contacts.is_empty() => Face::show(contacts.iter().map(person)),
        _ => Face::hint(words.no_contact),
    }
}

fn order_face(order: &Order) -> Face {
    let items = order
        .items
        .iter()
        .map(|item| (format!("{} × {}", item.quantity, item.product), format!("{} {:.2}", item.currency, item.price)));
    Face {
        mark: Some(Mark::Order { catalog: order.catalog.clone() }),
        ..Face::show([Piece::Facts(items.collect())].into_iter().chain(order.text.clone().map(Piece::Text)))
    }
}

/// A JSON value for people: a text without its quotes, an empty value as a dash.
fn in_words(value: &Value) -> String {
    match value {
        Value::Null => "–".to_owned(),
        Value::String(text) => text.clone(),
        Value::Array(values) => values.iter().map(in_words).collect::<Vec<_>>().join(", "),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use steps::message::Location;

    use super::*;
    use crate::words::Language;

    fn face(content: &Content) -> Face {
        Face::of_content(content, Language::En.words())
    }

    #[test]
    fn contact_cards_are_read_as_far_as_they_go() {
        let contacts = json!([{"name": {"formatted_name": "Ana"}, "phones": [{"phone": "+55 11 90000-0000"}, {}]}, 7]);
        let face = face(&Content::Contacts { contacts, requested: false });
        let Piece::Person(ana) = &face.pieces[0] else { panic!("{face:?}") };
        assert_eq!((ana.name.as_str(), ana.phones.as_slice()), ("Ana", &["+55 11 90000-0000".to_owned()][..]));
        assert_eq!(face.pieces.len(), 2);
    }

    #[test]
    fn contacts_that_are_none_are_told() {
        for contacts in [json!(null), json!([]), json!("x")] {
            let face = face(&Content::Contacts { contacts, requested: false });
            assert!(matches!(&face.pieces[..], [Piece::Hint(_)]), "{face:?}");
        }
    }

    #[test]
    fn answers_are_told_in_words() {
        assert_eq!(in_words(&json!(["azul", 2, null, {"a": true}])), "azul, 2, –, {\"a\":true}");
    }

    #[test]
    fn a_quote_tells_the_text_or_the_kind() {
        let summary = |content| face(&content).summary(Language::En.words());
        assert_eq!(summary(Content::Text { text: "Oi".into() }), "Oi");
        assert_eq!(summary(Content::Revoke { original: "m".into() }), "Deleted an earlier message");
        let place = Location { latitude: 1.0, longitude: 2.0, name: None, address: None };
        assert_eq!(summary(Content::Location(place)), "Location");
        let of_gallery = |name| {
            let messages = crate::gallery::messages();
            let (_, message) = messages.iter().find(|(known, _)| *known == name).unwrap();
            Face::of(message, Language::En.words()).summary(Language::En.words())
        };
        assert_eq!(of_gallery("image"), "Nosso *blend* da casa");
        assert_eq!(of_gallery("video"), "Video");
        assert_eq!(of_gallery("buttons_image"), "Leva *dois*?");
    }
}
