//! Messages out: a [`Message`] becomes the body of `POST /{phone_number_id}/messages`, the answer becomes a [`SendOutcome`].
//!
//! Strict in writing: what is optional and empty is left out, nothing goes out that the API does not document. That a message is
//! within the limits was checked before (`steps::limits::violations`); that the window is open, the interpreter knows.
//!
//! [`SendOutcome`]: steps::event::SendOutcome

mod answer;
mod interactive;
pub mod paths;
mod template;

use serde_json::{Value, json};
use steps::{
    event::Identity,
    ids::MessageId,
    limits::{CALLBACK_DATA, length},
    message::{ContactCard, Location, Media, MediaKind, MediaMessage, MediaSource, Message},
};

pub use answer::{Answer, answer};

/// Whom a message goes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Recipient {
    /// E.164. The `+` may be missing; it is always sent, since WhatsApp else puts the business's country code in front.
    Phone(String),
    /// Business-scoped user id, where no phone number is known.
    UserId(String),
}

impl Recipient {
    /// The best address of a customer: the phone number, the number as WhatsApp writes it, the user id; None where there is none.
    pub fn of(customer: &Identity) -> Option<Self> {
        let number = customer.phone.as_ref().or(customer.wa_id.as_ref());
        let user_id = || customer.user_id.as_ref().or(customer.parent_user_id.as_ref());
        number.cloned().map(Recipient::Phone).or_else(|| user_id().cloned().map(Recipient::UserId))
    }
}

/// The body of a send.
///
/// `callback` comes back in every status of the message (`crate::callback`); an empty one, or one longer than WhatsApp keeps, is left
/// out. `reply_to` quotes a message; a reaction quotes nothing.
pub fn request(to: &Recipient, message: &Message, callback: &str, reply_to: Option<&MessageId>) -> Value {
    let mut body = json!({ "messaging_product": "whatsapp", "recipient_type": "individual" });
    match to {
        Recipient::Phone(number) => body["to"] = format!("+{}", number.trim_start_matches('+')).into(),
        Recipient::UserId(id) => body["recipient"] = id.as_str().into(),
    }
    if let Some(quoted) = reply_to.filter(|_| !matches!(message, Message::Reaction { .. })) {
        body["context"] = json!({ "message_id": quoted.as_str() });
    }
    let (kind, content) = content(message);
    body["type"] = kind.into();
    body[kind] = content;
    if !callback.is_empty() && length(callback) <= CALLBACK_DATA {
        body["biz_opaque_callback_data"] = callback.into();
    }
    body
}

/// The body that marks a message, and all before it, as read. With `typing` the customer sees that an answer is on its way, until it
/// comes or for 25 seconds.
pub fn mark_as_read(message: &MessageId, typing: bool) -> Value {
    let mut body = json!({ "messaging_product": "whatsapp", "status": "read", "message_id": message.as_str() });
    if typing {
        body["typing_indicator"] = json!({ "type": "text" });
    }
    body
}

/// The `type` of a message, and the object of that name.
fn content(message: &Message) -> (&'static str, Value) {
    match message {
        Message::Text { text } => ("text", plain_text(text)),
        Message::Media(message) => media_message(message),
        Message::Buttons(message) => ("interactive", interactive::buttons(message)),
        Message::List(message) => ("interactive", interactive::list(message)),
        Message::Link(message) => ("interactive", interactive::link(message)),
        Message::Carousel(message) => ("interactive", interactive::carousel(message)),
        Message::Flow(message) => ("interactive", interactive::flow(message)),
        Message::LocationRequest { text } => {
            ("interactive", interactive::request("location_request_message", "send_location", text))
        }
        Message::ContactRequest { text } => {
            ("interactive", interactive::request("request_contact_info", "request_contact_info", text))
        }
        Message::Product(message) => ("interactive", interactive::product(message)),
        Message::ProductList(message) => ("interactive", interactive::product_list(message)),
        Message::Template(message) => ("template", template::template(message)),
        Message::Location(place) => ("location", location(place)),
        Message::Contacts { contacts } => ("contacts", contacts.iter().map(contact).collect()),
        Message::Reaction { message_id, emoji } => ("reaction", json!({ "message_id": message_id.as_str(), "emoji": emoji })),
    }
}

fn plain_text(text: &str) -> Value {
    let mut body = json!({ "body": text });
    if text.contains("https://") || text.contains("http://") {
        body["preview_url"] = true.into();
    }
    body
}

fn media_message(message: &MediaMessage) -> (&'static str, Value) {
    let kind = media_kind(message.media.kind);
    let mut body = media(&message.media);
    if message.media.kind == MediaKind::Voice {
        body["voice"] = true.into();
    }
    if message.media.kind.takes_caption() {
        put(&mut body, "caption", message.caption.as_deref());
    }
    (kind, body)
}

/// The name of a kind of media, as `type` and as the object's name.
fn media_kind(kind: MediaKind) -> &'static str {
    match kind {
        MediaKind::Image => "image",
        MediaKind::Video => "video",
        MediaKind::Audio | MediaKind::Voice => "audio",
        MediaKind::Document => "document",
        MediaKind::Sticker => "sticker",
    }
}

/// Where a medium lies; documents have a name, too.
fn media(media: &Media) -> Value {
    let mut body = match &media.source {
        MediaSource::Id(id) => json!({ "id": id }),
        MediaSource::Link(link) => json!({ "link": link }),
    };
    if media.kind == MediaKind::Document {
        put(&mut body, "filename", media.filename.as_deref());
    }
    body
}

fn location(place: &Location) -> Value {
    let mut body = json!({ "latitude": place.latitude, "longitude": place.longitude });
    put(&mut body, "name", place.name.as_deref());
    put(&mut body, "address", place.address.as_deref());
    body
}

/// WhatsApp wants one part of the name beside the whole. With `wa_id` the customer's app offers to write to the contact, without it
/// to invite them.
fn contact(card: &ContactCard) -> Value {
    let mut body = json!({ "name": { "formatted_name": card.name, "first_name": card.name } });
    if !card.phones.is_empty() {
        body["phones"] = card.phones.iter().map(|phone| contact_phone(phone)).collect();
    }
    if !card.emails.is_empty() {
        body["emails"] = card.emails.iter().map(|email| json!({ "email": email })).collect();
    }
    if let Some(company) = card.company.as_deref().filter(|company| !company.is_empty()) {
        body["org"] = json!({ "company": company });
    }
    body
}

fn contact_phone(phone: &str) -> Value {
    let mut body = json!({ "phone": phone });
    if phone.starts_with('+') {
        body["wa_id"] = phone.chars().filter(char::is_ascii_digit).collect::<String>().into();
    }
    body
}

/// Puts an optional text where it is not empty: the API takes no empty ones.
fn put(body: &mut Value, key: &str, text: Option<&str>) {
    if let Some(text) = text.filter(|text| !text.trim().is_empty()) {
        body[key] = text.into();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(text: &str) -> Message {
        Message::Text { text: text.into() }
    }

    #[test]
    fn a_number_always_goes_out_with_its_plus() {
        for number in ["5511987654321", "+5511987654321"] {
            assert_eq!(request(&Recipient::Phone(number.into()), &text("Oi"), "", None)["to"], "+5511987654321");
        }
    }

    #[test]
    fn a_customer_without_a_number_is_reached_by_user_id() {
        let customer = Identity { user_id: Some("BR.77".into()), ..Identity::default() };
        let body = request(&Recipient::of(&customer).unwrap(), &text("Oi"), "", None);
        assert_eq!((body["recipient"].as_str(), body.get("to")), (Some("BR.77"), None));
        let with_number = Identity { wa_id: Some("5511987654321".into()), ..customer };
        assert_eq!(Recipient::of(&with_number), Some(Recipient::Phone("5511987654321".into())));
        assert_eq!(Recipient::of(&Identity::default()), None);
    }

    #[test]
    fn addresses_in_a_text_are_shown() {
        assert_eq!(plain_text("veja https://example.com")["preview_url"], true);
        assert_eq!(plain_text("veja example.com").get("preview_url"), None);
    }

    #[test]
    fn a_reaction_quotes_nothing() {
        let to = Recipient::Phone("+5511987654321".into());
        let quoted = MessageId::new("wamid.A1");
        let reaction = Message::Reaction { message_id: quoted.clone(), emoji: "👍".into() };
        assert_eq!(request(&to, &reaction, "", Some(&quoted)).get("context"), None);
        assert_eq!(request(&to, &text("Oi"), "", Some(&quoted))["context"]["message_id"], "wamid.A1");
    }

    #[test]
    fn callback_data_that_would_be_refused_stays_out() {
        let to = Recipient::Phone("+5511987654321".into());
        assert_eq!(request(&to, &text("Oi"), &"x".repeat(513), None).get("biz_opaque_callback_data"), None);
        assert_eq!(request(&to, &text("Oi"), "s1", None)["biz_opaque_callback_data"], "s1");
    }

    #[test]
    fn typing_comes_with_the_read_mark() {
        assert_eq!(mark_as_read(&MessageId::new("wamid.A1"), true)["typing_indicator"]["type"], "text");
        assert_eq!(mark_as_read(&MessageId::new("wamid.A1"), false).get("typing_indicator"), None);
    }
}
