//! Webhooks: a POST of Meta's becomes items in the order in which they stand in it.
//!
//! Tolerant in reading: kinds and fields that we don't know are kept and pass by, and one malformed message is set aside without
//! holding up the rest. Only a body that is no WhatsApp webhook at all is an error. Deciding what an item means for a contact, and
//! dropping repeats, is the interpreter's.

mod calls;
mod content;
mod describe;
mod identity;
mod json;
mod mend;
mod messages;
mod notice;
mod preferences;
mod signature;
mod statuses;

use serde_json::{Value, json};
use steps::{
    event::{Event, EventKind, Identity},
    ids::{ContactId, EventId, NumberId},
    limits::cut,
    moment::Moment,
};

pub use notice::{Meaning, Notice};
pub use signature::{SignatureError, verify};

use json::{Look, Malformed};

/// The `object` of every webhook of the platform.
const OBJECT: &str = "whatsapp_business_account";

/// One thing that a webhook tells.
#[derive(Clone, Debug, PartialEq)]
#[expect(clippy::large_enum_variant, reason = "an event is the common case; a box would cost an allocation at every one")]
pub enum Item {
    /// Something of a customer's.
    Event(Incoming),
    /// Something about the account, a number, a template or a form: for operators and caches.
    Notice(Notice),
    /// Something that could not be read. The rest of the webhook is not held up by it.
    Quarantined(Quarantined),
}

/// An event, with what is needed to find its contact.
#[derive(Clone, Debug, PartialEq)]
pub struct Incoming {
    /// The WhatsApp Business Account.
    pub account: String,
    pub number: Number,
    /// Every name that the webhook gives the customer; a status may give none.
    pub customer: Identity,
    /// The contact that our callback data names (statuses only); then the customer need not be looked up.
    pub contact: Option<ContactId>,
    pub event: Event,
}

/// One of the business's numbers, as webhooks name it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Number {
    pub id: NumberId,
    /// The phone number as Meta writes it; for people.
    pub display: Option<String>,
}

/// What could not be read.
#[derive(Clone, Debug, PartialEq)]
pub struct Quarantined {
    pub account: String,
    pub reason: String,
    /// The webhook's change, cut down to the malformed part. Holds a customer's words: not for logs.
    pub raw: Value,
}

/// Why a body is no webhook of WhatsApp's. The answer to all of these is 400.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReadError {
    /// Not JSON, cut off, or nested deeper than any webhook is.
    #[error("the body is no whole JSON document: {0}")]
    Json(String),
    #[error("`object` is {0}, not \"whatsapp_business_account\"; this address takes WhatsApp's webhooks only")]
    ForeignObject(String),
    #[error("`entry` is no list")]
    NoEntries,
}

/// Takes a webhook's body apart. Verify its signature first.
///
/// `arrived` is when the body came in: a customer's timestamp that lies ahead of it is cut to it, and stands in where one is missing.
pub fn read(body: &[u8], arrived: Moment) -> Result<Vec<Item>, ReadError> {
    let root = parse(body)?;
    if root.str("object") != Some(OBJECT) {
        let found = root
            .str("object")
            .map_or_else(|| json::kind(root.get("object")).to_owned(), |object| format!("{:?}", cut(object, 40)));
        return Err(ReadError::ForeignObject(found));
    }
    let entries = root.get("entry").and_then(Value::as_array).ok_or(ReadError::NoEntries)?;
    let mut items = Vec::new();
    for entry in entries {
        let account = entry.word("id").unwrap_or_default();
        let Some(changes) = entry.get("changes").and_then(Value::as_array) else {
            let reason = "an entry without `changes`".to_owned();
            items.push(Item::Quarantined(Quarantined { account, reason, raw: entry.clone() }));
            continue;
        };
        for change in changes {
            Change { account: &account, field: change.str("field").unwrap_or_default(), value: &change["value"], arrived }
                .read(&mut items);
        }
    }
    Ok(items)
}

fn parse(body: &[u8]) -> Result<Value, ReadError> {
    let parsed = serde_json::from_slice(body).or_else(|error| match mend::mend(body) {
        Some(mended) => serde_json::from_slice(&mended),
        None => Err(error),
    });
    parsed.map_err(|error| ReadError::Json(error.to_string()))
}

/// One change of a webhook: a field and its value.
#[derive(Clone, Copy)]
struct Change<'a> {
    account: &'a str,
    field: &'a str,
    value: &'a Value,
    arrived: Moment,
}

impl Change<'_> {
    fn read(self, items: &mut Vec<Item>) {
        match self.field {
            "messages" | "standby" => messages::read(self, items),
            "smb_message_echoes" => messages::read_echoes(self, items),
            "calls" => calls::read(self, items),
            "user_preferences" => preferences::read(self, items),
            _ => items.push(notice::read(self)),
        }
    }

    fn number(&self) -> Option<Number> {
        let metadata = self.value.get("metadata")?;
        let id = metadata.word("phone_number_id").filter(|id| id.len() <= json::MAX_ID)?;
        Some(Number { id: NumberId::new(id), display: metadata.word("display_phone_number") })
    }

    /// Puts an event, or what kept it from being read, to the items. `list` and `element` say where it stood.
    fn push(self, items: &mut Vec<Item>, list: &str, element: &Value, read: impl FnOnce() -> Result<Found, Malformed>) {
        let item = match (self.number(), read()) {
            (Some(number), Ok(Found::Event { id, customer, contact, kind })) => {
                let event = Event { id, number: number.id.clone(), kind };
                Item::Event(Incoming { account: self.account.to_owned(), number, customer, contact, event })
            }
            (_, Ok(Found::Notice { event, summary })) => Item::Notice(notice::of_number(self, event, summary)),
            (None, Ok(Found::Event { .. })) => self.quarantined(list, element, "`metadata.phone_number_id` is missing"),
            (_, Err(Malformed(reason))) => self.quarantined(list, element, &reason),
        };
        items.push(item);
    }

    fn quarantined(self, list: &str, element: &Value, reason: &str) -> Item {
        let mut value = json!({ list: [element] });
        if let Some(metadata) = self.value.get("metadata") {
            value["metadata"] = metadata.clone();
        }
        // Of many contacts all but one have nothing to do with it.
        if let contacts @ [_] = self.value.list("contacts") {
            value["contacts"] = contacts.into();
        }
        let raw = json!({ "field": self.field, "value": value });
        Item::Quarantined(Quarantined { account: self.account.to_owned(), reason: format!("{list}: {reason}"), raw })
    }

    /// An id for what Meta gives none: the same content is the same event.
    fn hash(self, element: &Value) -> EventId {
        let content = json!([self.field, self.value.get("metadata"), element]).to_string();
        let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, content.as_bytes());
        EventId::new(format!("{}:{}", self.field, hex::encode(&digest.as_ref()[..16])))
    }
}

/// What an element of a list turned out to be.
#[expect(clippy::large_enum_variant, reason = "an event is the common case; a box would cost an allocation at every one")]
enum Found {
    Event { id: EventId, customer: Identity, contact: Option<ContactId>, kind: EventKind },
    Notice { event: Option<String>, summary: String },
}
