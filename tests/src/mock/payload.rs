//! Webhook payloads as Meta builds and signs them, usable without a running mock (load generators do).
//!
//! A payload grows in three steps: a [`Message`] says what the customer did, [`Message::from`] makes it that of one
//! [`Person`] at one time, and [`change`] and [`envelope`] wrap it for one business number. [`bytes`] and [`sign`] make of it
//! what goes over the wire.

use std::fmt::Write as _;

use aws_lc_rs::hmac;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

/// The header that carries [`sign`]'s result.
pub const SIGNATURE_HEADER: &str = "X-Hub-Signature-256";

/// A business phone number.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Number {
    /// The `phone_number_id` of the API.
    pub id: String,
    /// The number itself, digits only.
    pub display: String,
    /// Messages a second, sent and received together (Cloud API, Throughput: 80; a number shared with the Business
    /// app, Coexistence: 20; upgraded: 1,000).
    pub throughput: u32,
}

impl Number {
    /// A usual number with 80 messages a second.
    pub fn new(id: impl Into<String>, display: impl Into<String>) -> Self {
        Self { id: id.into(), display: display.into(), throughput: 80 }
    }

    /// A number shared with the WhatsApp Business app: 20 messages a second.
    pub fn coexistence(self) -> Self {
        Self { throughput: 20, ..self }
    }

    /// A number after Meta's upgrade: 1,000 messages a second.
    pub fn upgraded(self) -> Self {
        Self { throughput: 1_000, ..self }
    }
}

/// A customer as webhooks name one: by phone, by business-scoped user id, or by both.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Person {
    /// The `wa_id`, digits only; `None` for a user who hides the number behind a username.
    pub phone: Option<String>,
    pub user_id: Option<String>,
    pub parent_user_id: Option<String>,
    /// The profile name.
    pub name: String,
    pub username: Option<String>,
}

impl Person {
    /// Someone known by phone number; everything but digits is dropped.
    pub fn with_phone(phone: &str) -> Self {
        Self { phone: Some(digits(phone)), name: "Ana".to_owned(), ..Self::default() }
    }

    /// Someone known only by business-scoped user id, such as `US.13491208655302741918`.
    pub fn with_user_id(user_id: impl Into<String>) -> Self {
        Self { user_id: Some(user_id.into()), name: "Ana".to_owned(), username: Some("ana".to_owned()), ..Self::default() }
    }

    fn contact(&self) -> Value {
        let mut profile = json!({"name": self.name});
        put(&mut profile, "username", self.username.as_deref());
        let mut contact = json!({"profile": profile});
        put(&mut contact, "wa_id", self.phone.as_deref());
        put(&mut contact, "user_id", self.user_id.as_deref());
        put(&mut contact, "parent_user_id", self.parent_user_id.as_deref());
        contact
    }
}

/// What a customer did, without who, when and to whom.
#[derive(Debug, Clone, PartialEq)]
pub struct Message(Map<String, Value>);

impl Message {
    /// A message of any kind: `{"type": kind, kind: content}`.
    pub fn new(kind: &str, content: Value) -> Self {
        let mut members = Map::new();
        members.insert("type".to_owned(), kind.into());
        members.insert(kind.to_owned(), content);
        Self(members)
    }

    /// Quotes `wamid`, a message of the business number `number`.
    pub fn in_reply_to(mut self, number: &Number, wamid: &str) -> Self {
        self.0.insert("context".to_owned(), json!({"from": number.display, "id": wamid}));
        self
    }

    /// Adds or replaces a member, for what has no builder here.
    pub fn member(mut self, name: &str, value: Value) -> Self {
        self.0.insert(name.to_owned(), value);
        self
    }

    /// The message of `person`, written at `at` (whole seconds, as Meta sends them).
    pub fn from(self, person: &Person, id: &str, at: Timestamp) -> Value {
        let mut message = json!({});
        put(&mut message, "from", person.phone.as_deref());
        put(&mut message, "from_user_id", person.user_id.as_deref());
        put(&mut message, "from_parent_user_id", person.parent_user_id.as_deref());
        message["id"] = id.into();
        message["timestamp"] = at.as_second().to_string().into();
        if let Value::Object(members) = &mut message {
            members.extend(self.0);
        }
        message
    }
}

/// A text.
pub fn text(body: &str) -> Message {
    Message::new("text", json!({"body": body}))
}

/// A tapped reply button, or a quick reply on a card of a free-form carousel.
pub fn button_reply(id: &str, title: &str) -> Message {
    Message::new("interactive", json!({"type": "button_reply", "button_reply": {"id": id, "title": title}}))
}

/// A chosen list row; `description` is left out where the row had none.
pub fn list_reply(id: &str, title: &str, description: Option<&str>) -> Message {
    let mut reply = json!({"id": id, "title": title});
    put(&mut reply, "description", description);
    Message::new("interactive", json!({"type": "list_reply", "list_reply": reply}))
}

/// A tapped quick reply of a template.
pub fn template_button(text: &str, payload: &str) -> Message {
    Message::new("button", json!({"text": text, "payload": payload}))
}

/// A completed form; `name` is `flow` or `address_message`, and the answer travels as a string of JSON.
pub fn form_reply(name: &str, response: &Value) -> Message {
    let reply = json!({"name": name, "body": "Sent", "response_json": response.to_string()});
    Message::new("interactive", json!({"type": "nfm_reply", "nfm_reply": reply}))
}

/// A place; with [`Message::in_reply_to`] it answers a location request.
pub fn location(latitude: f64, longitude: f64) -> Message {
    Message::new("location", json!({"latitude": latitude, "longitude": longitude}))
}

/// An emoji on a message of either side; `None` takes it back.
pub fn reaction(wamid: &str, emoji: Option<&str>) -> Message {
    let mut reaction = json!({"message_id": wamid});
    put(&mut reaction, "emoji", emoji);
    Message::new("reaction", reaction)
}

/// A kind that the API doesn't pass on, such as `poll`.
pub fn unsupported(kind: &str) -> Message {
    let errors = json!([{
        "code": 131051,
        "title": "Message type unknown",
        "message": "Message type unknown",
        "error_data": {"details": "Message type is currently not supported."},
    }]);
    Message::new("unsupported", json!({"type": kind})).member("errors", errors)
}

/// The change that brings `messages` of `person` to `number`, with the contact they come from.
pub fn change(number: &Number, field: &str, person: &Person, messages: Vec<Value>) -> Value {
    json!({"field": field, "value": {
        "messaging_product": "whatsapp",
        "metadata": metadata(number),
        "contacts": [person.contact()],
        "messages": messages,
    }})
}

/// A change without `contacts`: system messages and failed statuses have none; `key` is `messages` or `statuses`.
pub fn change_without_contact(number: &Number, key: &str, items: Vec<Value>) -> Value {
    let mut value = json!({"messaging_product": "whatsapp", "metadata": metadata(number)});
    value[key] = items.into();
    json!({"field": "messages", "value": value})
}

/// A change whose value starts with the number's metadata, for the fields other than `messages`.
pub fn other_change(number: &Number, field: &str, key: &str, items: Value) -> Value {
    let mut value = json!({"messaging_product": "whatsapp", "metadata": metadata(number)});
    value[key] = items;
    json!({"field": field, "value": value})
}

/// One status of a sent message.
pub fn status(wamid: &str, status: &str, at: Timestamp, recipient: &Person) -> Value {
    let mut value = json!({"id": wamid, "status": status, "timestamp": at.as_second().to_string()});
    put(&mut value, "recipient_id", recipient.phone.as_deref());
    put(&mut value, "recipient_user_id", recipient.user_id.as_deref());
    value
}

/// The change that brings statuses of messages to `recipient`, with the contact; failed ones go without.
pub fn status_change(number: &Number, recipient: &Person, statuses: Vec<Value>) -> Value {
    let mut change = change_without_contact(number, "statuses", statuses);
    change["value"]["contacts"] = json!([recipient.contact()]);
    change
}

/// The whole body: changes of one business account.
pub fn envelope(business_account_id: &str, changes: Vec<Value>) -> Value {
    json!({"object": "whatsapp_business_account", "entry": [{"id": business_account_id, "changes": changes}]})
}

/// The bytes that go over the wire. Like Meta's, they escape slashes and whatever isn't ASCII, so that a receiver
/// which signs a re-serialised body instead of the raw one is found out.
pub fn bytes(payload: &Value) -> Vec<u8> {
    let plain = payload.to_string();
    let mut escaped = String::with_capacity(plain.len() + plain.len() / 8);
    let mut rest = plain.as_str();
    while let Some(at) = rest.find(|character: char| character == '/' || !character.is_ascii()) {
        let (before, after) = rest.split_at(at);
        escaped.push_str(before);
        let mut characters = after.chars();
        match characters.next() {
            Some(character) if !character.is_ascii() => {
                for unit in character.encode_utf16(&mut [0; 2]) {
                    write!(escaped, "\\u{unit:04x}").expect("writing to a string can't fail");
                }
            }
            _ => escaped.push_str("\\/"),
        }
        rest = characters.as_str();
    }
    escaped.push_str(rest);
    escaped.into_bytes()
}

/// The value of [`SIGNATURE_HEADER`] for `body`: `sha256=` and the HMAC-SHA256 with the app secret in hex.
pub fn sign(app_secret: &str, body: &[u8]) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA256, app_secret.as_bytes());
    format!("sha256={}", hex::encode(hmac::sign(&key, body)))
}

/// Only the digits of a phone number: the form of `wa_id`.
pub fn digits(phone: &str) -> String {
    phone.chars().filter(char::is_ascii_digit).collect()
}

fn metadata(number: &Number) -> Value {
    json!({"display_phone_number": number.display, "phone_number_id": number.id})
}

fn put(object: &mut Value, name: &str, value: Option<&str>) {
    if let Some(value) = value {
        object[name] = value.into();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::constant(1_780_000_000, 0);

    fn number() -> Number {
        Number::new("106540352242922", "15550783881")
    }

    #[test]
    fn a_text_has_the_documented_shape() {
        let ana = Person::with_phone("+34 600 111 222");
        let message = text("hi").in_reply_to(&number(), "wamid.Q").from(&ana, "wamid.A", NOW);
        assert_eq!(
            envelope("1", vec![change(&number(), "messages", &ana, vec![message])]),
            json!({"object": "whatsapp_business_account", "entry": [{"id": "1", "changes": [{
                "field": "messages",
                "value": {
                    "messaging_product": "whatsapp",
                    "metadata": {"display_phone_number": "15550783881", "phone_number_id": "106540352242922"},
                    "contacts": [{"profile": {"name": "Ana"}, "wa_id": "34600111222"}],
                    "messages": [{
                        "from": "34600111222", "id": "wamid.A", "timestamp": "1780000000", "type": "text",
                        "text": {"body": "hi"}, "context": {"from": "15550783881", "id": "wamid.Q"},
                    }],
                },
            }]}]})
        );
    }

    #[test]
    fn a_username_only_user_has_no_phone_anywhere() {
        let hidden = Person::with_user_id("US.1");
        let message = text("hi").from(&hidden, "wamid.A", NOW);
        let change = change(&number(), "messages", &hidden, vec![message]);
        assert_eq!(change["value"]["messages"][0].get("from"), None);
        assert_eq!(change["value"]["contacts"][0].get("wa_id"), None);
        assert_eq!(change["value"]["messages"][0]["from_user_id"], "US.1");
    }

    #[test]
    fn the_wire_form_is_ascii_and_means_the_same() {
        let payload = json!({"text": "¡Hola! 👋 https://example.com \"quoted\" \\"});
        let wire = bytes(&payload);
        assert!(wire.is_ascii());
        assert_eq!(serde_json::from_slice::<Value>(&wire).unwrap(), payload);
    }

    #[test]
    fn the_signature_is_hmac_sha256() {
        // RFC 4231, test case 2.
        assert_eq!(
            sign("Jefe", b"what do ya want for nothing?"),
            "sha256=5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
        );
    }
}
