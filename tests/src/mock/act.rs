//! Everything a customer can do. How it becomes webhook messages is in `scene`.

use serde::Deserialize;
use serde_json::{Map, Value};

/// One deed of a customer. The control API takes it as `POST /mock/customer/{who}/{deed}` with the members as body.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "snake_case", rename_all_fields = "snake_case", deny_unknown_fields)]
pub enum Act {
    /// Writes a text, perhaps quoting a message.
    Text {
        text: String,
        #[serde(default)]
        reply_to: Option<String>,
    },
    /// Taps a reply button, list row, card button or template quick reply, named by title or id, of the last
    /// answerable message or a given one.
    Tap {
        choice: String,
        #[serde(default)]
        message: Option<String>,
    },
    /// Completes a form (flow or address): `response` comes back with the `flow_token` that was sent.
    Form {
        response: Map<String, Value>,
        #[serde(default)]
        message: Option<String>,
    },
    /// Shares a place; as an answer if the last answerable message asked for one.
    Location {
        latitude: f64,
        longitude: f64,
        #[serde(default)]
        name: Option<String>,
        #[serde(default)]
        address: Option<String>,
    },
    /// Shares the own contact, as the last answerable message asked for.
    ShareContact { phone: String },
    /// Sends a file; `kind` is `image`, `video`, `audio`, `document` or `sticker`.
    Media {
        kind: MediaKind,
        mime: String,
        /// The file's bytes in Base64.
        data: String,
        #[serde(default)]
        caption: Option<String>,
        #[serde(default)]
        filename: Option<String>,
        /// A recorded voice message.
        #[serde(default)]
        voice: bool,
    },
    /// Sends several pictures at once, which arrive as separate messages; each is Base64.
    Album {
        mime: String,
        pictures: Vec<String>,
        #[serde(default)]
        caption: Option<String>,
    },
    /// Sends contact cards.
    Contacts { contacts: Vec<Value> },
    /// Orders from the catalogue; items are `{product_retailer_id, quantity, item_price, currency}`.
    Order {
        catalog_id: String,
        product_items: Vec<Value>,
        #[serde(default)]
        text: Option<String>,
    },
    /// Reacts to a message, or takes the reaction back.
    Reaction {
        message: String,
        #[serde(default)]
        emoji: Option<String>,
    },
    /// Writes after a tap on an ad; `referral` replaces the made-up one.
    Ad {
        text: String,
        #[serde(default)]
        referral: Option<Value>,
    },
    /// Changes an earlier text.
    Edit { original: String, text: String },
    /// Deletes an earlier message for everybody.
    Revoke { original: String },
    /// Sends what the API doesn't pass on, such as `poll`.
    Unsupported { kind: String },
    /// Moves to another phone number; `user_id` is the new business-scoped one.
    ChangeNumber {
        phone: String,
        #[serde(default)]
        user_id: Option<String>,
    },
    /// Allows marketing messages or stops them.
    Marketing { allowed: bool },
    /// Somebody at the business answers this customer from the WhatsApp Business app.
    Echo { text: String },
    /// Writes while Meta's own agent answers: the message comes on `standby`.
    Standby { text: String },
    /// Anything else: `kind` and the object of that name.
    Other { kind: String, content: Value },
}

/// Kinds of files.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MediaKind {
    Image,
    Video,
    Audio,
    Document,
    Sticker,
}

impl MediaKind {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Image => "image",
            Self::Video => "video",
            Self::Audio => "audio",
            Self::Document => "document",
            Self::Sticker => "sticker",
        }
    }
}

/// The test asked for something a customer could not do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TesterError {
    #[error("{customer} has no message that can be answered: nothing interactive and no template was sent to them from {number}")]
    NothingToAnswer { customer: String, number: String },
    #[error("no message {wamid} was sent to {customer}")]
    NoSuchMessage { wamid: String, customer: String },
    #[error("message {wamid} has nothing to tap that is called \"{choice}\"; it has {there}")]
    NoSuchChoice { wamid: String, choice: String, there: String },
    #[error("message {wamid} has several choices called \"{choice}\"; name one by its id: {there}")]
    Ambiguous { wamid: String, choice: String, there: String },
    #[error("message {wamid} does not ask for {what}")]
    NotAsked { wamid: String, what: &'static str },
    #[error("the file is not Base64: {0}")]
    NotBase64(String),
    #[error("the mock has no business number {0}")]
    NoSuchNumber(String),
}
