//! What a customer sent.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::{
    ids::MessageId,
    message::{Location, MediaKind},
};

/// What a message holds.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Content {
    Text {
        text: String,
    },
    /// A tapped button, row, card button, or template quick reply.
    Tap {
        /// Verbatim, as it was sent; a template's quick reply without a payload of its own gives its title.
        id: String,
        title: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        description: Option<String>,
    },
    /// A submitted form (Flow).
    Form {
        answers: Map<String, Value>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        token: Option<String>,
        /// `flow`, `address_message`, …
        #[serde(default, skip_serializing_if = "Option::is_none")]
        name: Option<String>,
    },
    Media(InboundMedia),
    Location(Location),
    Contacts {
        contacts: Value,
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        requested: bool,
    },
    Order(Order),
    Reaction {
        message_id: MessageId,
        /// None: the reaction was removed.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        emoji: Option<String>,
    },
    /// The customer changed an earlier message.
    Edit {
        original: MessageId,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        text: Option<String>,
    },
    /// The customer took an earlier message back.
    Revoke {
        original: MessageId,
    },
    CallPermission {
        response: String,
    },
    /// A call from the customer: opens the window, no message.
    Call {
        event: String,
    },
    /// A kind that WhatsApp doesn't hand on (poll, view once, …), with its error.
    Unsupported {
        what: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        code: Option<i64>,
    },
    /// A kind that we don't know. Kept, acknowledged, never an error.
    Unknown {
        what: String,
    },
}

impl Content {
    /// The text that answers, keywords and conditions read: typed, tapped title, caption; None where there is none.
    pub fn text(&self) -> Option<&str> {
        match self {
            Content::Text { text } => Some(text),
            Content::Tap { title, .. } => Some(title),
            Content::Media(media) => media.transcript.as_deref().or(media.caption.as_deref()),
            Content::Order(order) => order.text.as_deref(),
            _ => None,
        }
    }

    /// The word that `message.type` reads.
    pub fn kind(&self) -> &'static str {
        match self {
            Content::Text { .. } => "text",
            Content::Tap { .. } => "tap",
            Content::Form { .. } => "form",
            Content::Media(media) => match media.kind {
                MediaKind::Image => "image",
                MediaKind::Video => "video",
                MediaKind::Audio => "audio",
                MediaKind::Voice => "voice",
                MediaKind::Document => "document",
                MediaKind::Sticker => "sticker",
            },
            Content::Location(_) => "location",
            Content::Contacts { .. } => "contacts",
            Content::Order(_) => "order",
            Content::Reaction { .. } => "reaction",
            Content::Edit { .. } => "edit",
            Content::Revoke { .. } => "revoke",
            Content::CallPermission { .. } => "call_permission",
            Content::Call { .. } => "call",
            Content::Unsupported { .. } => "unsupported",
            Content::Unknown { .. } => "unknown",
        }
    }

    /// Whether a bot may take it as an answer or a start. Reactions, edits, deletions, calls and unknown kinds change no session;
    /// an unsupported message is told to the bot, so that it can ask for another form.
    pub fn is_answer(&self) -> bool {
        !matches!(
            self,
            Content::Reaction { .. }
                | Content::Edit { .. }
                | Content::Revoke { .. }
                | Content::Call { .. }
                | Content::CallPermission { .. }
                | Content::Unknown { .. }
        )
    }

    /// Whether it opens or renews the customer service window. Whether a reaction does is unconfirmed, so it doesn't.
    pub fn opens_window(&self) -> bool {
        !matches!(self, Content::Reaction { .. } | Content::Edit { .. } | Content::Revoke { .. } | Content::Unknown { .. })
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InboundMedia {
    pub kind: MediaKind,
    /// Meta's media id; lives 7 days.
    pub id: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mime_type: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sha256: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub filename: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub caption: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub transcript: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Order {
    pub catalog: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    pub items: Vec<OrderItem>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct OrderItem {
    pub product: String,
    pub quantity: f64,
    /// What the customer saw; verify before charging.
    pub price: f64,
    pub currency: String,
}
