//! What a bot says: a message with all its texts filled in, ready for a channel to send and for the preview to draw.
//!
//! The steps make these, `whatsapp` turns them into the Cloud API's JSON, `editor-preview` draws them, and dialog tests compare them:
//! one view model for all. Limits are checked where messages are made (`step::shared`), so a `Message` is what the API accepts.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::ids::MessageId;

/// A message as it goes out.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Message {
    Text {
        text: String,
    },
    Media(MediaMessage),
    /// Up to three reply buttons.
    Buttons(ButtonsMessage),
    List(ListMessage),
    /// A text with one button that opens a web page. Taps are not reported.
    Link(LinkMessage),
    Carousel(CarouselMessage),
    Template(TemplateMessage),
    Flow(FlowMessage),
    LocationRequest {
        text: String,
    },
    ContactRequest {
        text: String,
    },
    Location(Location),
    Contacts {
        contacts: Vec<ContactCard>,
    },
    Product(ProductMessage),
    ProductList(ProductListMessage),
    Reaction {
        message_id: MessageId,
        emoji: String,
    },
}

impl Message {
    /// Free-form messages go out only while the customer service window is open; templates always.
    pub fn is_free_form(&self) -> bool {
        !matches!(self, Message::Template(_))
    }

    /// The main text as a person reads it: body, caption, or what stands for it; empty where there is none.
    pub fn text(&self) -> &str {
        match self {
            Message::Text { text } | Message::LocationRequest { text } | Message::ContactRequest { text } => text,
            Message::Media(media) => media.caption.as_deref().unwrap_or_default(),
            Message::Buttons(message) => &message.text,
            Message::List(message) => &message.text,
            Message::Link(message) => &message.text,
            Message::Carousel(message) => &message.text,
            Message::Flow(message) => &message.text,
            Message::Product(message) => message.text.as_deref().unwrap_or_default(),
            Message::ProductList(message) => &message.text,
            Message::Reaction { emoji, .. } => emoji,
            Message::Template(_) | Message::Location(_) | Message::Contacts { .. } => "",
        }
    }

    /// What the customer can tap to answer: the ids that come back, with their titles, in drawn order.
    pub fn replies(&self) -> Vec<&Reply> {
        match self {
            Message::Buttons(message) => message.buttons.iter().collect(),
            Message::List(message) => message.sections.iter().flat_map(|section| &section.rows).map(|row| &row.reply).collect(),
            Message::Carousel(message) => message.cards.iter().flat_map(|card| card.buttons.replies()).collect(),
            Message::Template(message) => message
                .buttons
                .iter()
                .chain(message.cards.iter().flat_map(|card| &card.buttons))
                .filter_map(|button| match button {
                    TemplateButton::QuickReply { reply, .. } => Some(reply),
                    _ => None,
                })
                .collect(),
            _ => Vec::new(),
        }
    }
}

impl Message {
    /// What the customer can tap on one card of a carousel, counted from 1.
    pub fn replies_on(&self, card: usize) -> Vec<&Reply> {
        let place = card.wrapping_sub(1);
        match self {
            Message::Carousel(message) => message.cards.get(place).map(|card| card.buttons.replies().iter().collect()),
            Message::Template(message) => message.cards.get(place).map(|card| {
                let replies = card.buttons.iter().filter_map(|button| match button {
                    TemplateButton::QuickReply { reply, .. } => Some(reply),
                    _ => None,
                });
                replies.collect()
            }),
            _ => None,
        }
        .unwrap_or_default()
    }
}

/// An answer that the customer can tap. The id comes back verbatim.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reply {
    pub id: String,
    pub title: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum MediaKind {
    Image,
    Video,
    Audio,
    /// A voice note: OGG with OPUS, shown with its waveform.
    Voice,
    Document,
    Sticker,
}

impl MediaKind {
    /// Audio and stickers take no caption (Cloud API, Audio messages, Sticker messages).
    pub fn takes_caption(self) -> bool {
        !matches!(self, MediaKind::Audio | MediaKind::Voice | MediaKind::Sticker)
    }

    /// What may head an interactive message (Cloud API, Interactive reply buttons).
    pub fn can_be_header(self) -> bool {
        matches!(self, MediaKind::Image | MediaKind::Video | MediaKind::Document)
    }
}

/// Where a medium lies: uploaded (`id`) or on the web (`link`, HTTPS).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MediaSource {
    Id(String),
    Link(String),
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Media {
    pub kind: MediaKind,
    #[serde(flatten)]
    pub source: MediaSource,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub filename: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MediaMessage {
    pub media: Media,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub caption: Option<String>,
}

/// What stands above an interactive message's text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Header {
    Text(String),
    Media(Media),
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ButtonsMessage {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub header: Option<Header>,
    pub text: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub footer: Option<String>,
    pub buttons: Vec<Reply>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListMessage {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub header: Option<String>,
    pub text: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub footer: Option<String>,
    /// The label of what opens the menu.
    pub button: String,
    pub sections: Vec<ListSection>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListSection {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    pub rows: Vec<ListRow>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListRow {
    #[serde(flatten)]
    pub reply: Reply,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LinkMessage {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub header: Option<Header>,
    pub text: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub footer: Option<String>,
    pub title: String,
    pub url: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CarouselMessage {
    pub text: String,
    pub cards: Vec<Card>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Card {
    pub media: Media,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    pub buttons: CardButtons,
}

/// A card has quick replies or one link, the same kind and number on every card of the message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CardButtons {
    Replies(Vec<Reply>),
    Link { title: String, url: String },
}

impl CardButtons {
    pub fn replies(&self) -> &[Reply] {
        match self {
            CardButtons::Replies(replies) => replies,
            CardButtons::Link { .. } => &[],
        }
    }
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TemplateMessage {
    pub name: String,
    pub language: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub header: Option<TemplateHeader>,
    #[serde(default, skip_serializing_if = "TemplateParameters::is_empty")]
    pub parameters: TemplateParameters,
    /// In the template's order; a button without variable part is [`TemplateButton::Fixed`].
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub buttons: Vec<TemplateButton>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub cards: Vec<TemplateCard>,
}

/// The body's variables: by name, or by position. A template knows one of the two; mixing them is error 132018.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TemplateParameters {
    Named(Vec<(String, String)>),
    Positional(Vec<String>),
}

impl TemplateParameters {
    pub fn is_empty(&self) -> bool {
        match self {
            TemplateParameters::Named(parameters) => parameters.is_empty(),
            TemplateParameters::Positional(parameters) => parameters.is_empty(),
        }
    }
}

impl Default for TemplateParameters {
    fn default() -> Self {
        TemplateParameters::Positional(Vec::new())
    }
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TemplateHeader {
    Text(TemplateParameters),
    Media(Media),
    Location(Location),
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TemplateButton {
    QuickReply {
        reply: Reply,
    },
    /// What replaces the variable at the end of the button's address.
    Url {
        suffix: String,
    },
    CopyCode {
        code: String,
    },
    Flow {
        token: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        data: Option<Map<String, Value>>,
    },
    /// Nothing to fill in: a phone number, a fixed address.
    Fixed,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TemplateCard {
    pub header: Media,
    #[serde(default, skip_serializing_if = "TemplateParameters::is_empty")]
    pub parameters: TemplateParameters,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub buttons: Vec<TemplateButton>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FlowMessage {
    /// Meta's id (digits) or the flow's name.
    pub flow: String,
    /// The label of what opens the form.
    pub button: String,
    /// Comes back with the answer: says which session, step and version sent the form.
    pub token: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub screen: Option<String>,
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub data: Map<String, Value>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub header: Option<Header>,
    pub text: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub footer: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Location {
    pub latitude: f64,
    pub longitude: f64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Shown only beside a name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
}

/// A contact card that the business shares.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContactCard {
    pub name: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub phones: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub emails: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub company: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProductMessage {
    pub catalog: String,
    pub product: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub footer: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProductListMessage {
    pub catalog: String,
    pub header: String,
    pub text: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub footer: Option<String>,
    pub sections: Vec<ProductSection>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProductSection {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    pub products: Vec<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stored_message_reads_back_the_same() {
        let message = Message::List(ListMessage {
            header: None,
            text: "Qual horário?".into(),
            footer: Some("Resposta em 1 minuto".into()),
            button: "Horários".into(),
            sections: vec![ListSection {
                title: None,
                rows: vec![ListRow { reply: Reply { id: "a".into(), title: "Manhã".into() }, description: None }],
            }],
        });
        let json = serde_json::to_string(&message).unwrap();
        assert_eq!(serde_json::from_str::<Message>(&json).unwrap(), message);
        assert_eq!(message.replies()[0].title, "Manhã");
    }
}
