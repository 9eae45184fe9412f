//! What one bubble shows, top to bottom: the one view model that the pictures in HTML and in text are painted from.
//!
//! Here every kind of message is taken apart, once. Numbers are given here too, so that the number that a terminal shows is the one
//! that [`crate::text::options`] answers to. How it looks is the painters'.

mod content;
mod message;
mod template;

use serde::Serialize;
use steps::message::{ContactCard, Header, Location, Media, MediaKind, MediaSource, Reply};

use crate::words::{Words, fill};

/// One bubble, or one card of a carousel.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Face {
    /// Says what it is where the bubble alone would not: a template, a form's answer.
    pub mark: Option<Mark>,
    pub pieces: Vec<Piece>,
    /// What opens from the bubble: a list's rows, a catalogue's items.
    pub menu: Option<Menu>,
    /// What stands under the bubble.
    pub actions: Vec<Action>,
    pub cards: Vec<Face>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Mark {
    Template {
        name: String,
        language: String,
    },
    /// A submitted form (Flow).
    Form {
        name: Option<String>,
    },
    Order {
        catalog: String,
    },
    /// A change of a message that is not in the chat.
    Edit,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Piece {
    /// A header in words. No markup (Cloud API, Interactive reply buttons: header text).
    Title(String),
    /// The main text, with WhatsApp's markup.
    Text(String),
    /// A tapped title: text without markup.
    Label(String),
    Footer(String),
    Media {
        media: Medium,
        caption: Option<String>,
    },
    Place(Location),
    Person(ContactCard),
    Product {
        catalog: String,
        product: String,
    },
    /// Names with their values: parameters, answers, ordered items.
    Facts(Vec<(String, String)>),
    /// A reaction to a message that is not in the chat.
    Emoji(String),
    /// What the phone or we say ourselves, not the customer or the business.
    Hint(String),
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Medium {
    pub kind: MediaKind,
    /// The web address, or the media id. Never loaded.
    pub source: String,
    pub filename: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    Reply(Choice),
    Link {
        title: String,
        url: String,
    },
    /// Opens a form (Flow).
    Form {
        title: String,
        form: String,
    },
    /// Copies a code.
    Copy {
        code: String,
    },
    /// Asks for a place, in the phone's own words.
    SendLocation,
    /// Asks for a contact card, in the phone's own words.
    ShareContact,
    /// Calls a number.
    Call {
        title: String,
        number: String,
    },
    /// A template's button to which the message adds nothing, with its label where that is known.
    Fixed {
        title: Option<String>,
    },
}

/// A reply that can be tapped, with the number that a terminal gives it: 1 and up, in drawn order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Choice {
    pub number: usize,
    pub reply: Reply,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Menu {
    /// The label of what opens it.
    pub button: String,
    pub sections: Vec<MenuSection>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct MenuSection {
    pub title: Option<String>,
    pub rows: Vec<MenuRow>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum MenuRow {
    Choice { choice: Choice, description: Option<String> },
    Product(String),
}

impl Face {
    /// Text and nothing else.
    pub fn plain(text: &str) -> Face {
        Face::show([Piece::Text(text.to_owned())])
    }

    /// What nobody said, like "This message was deleted".
    pub fn hint(text: impl Into<String>) -> Face {
        Face::show([Piece::Hint(text.into())])
    }

    /// One line that stands for the message in a quote: its text, else what it is.
    pub fn summary(&self, words: &Words) -> String {
        let spoken = self.pieces.iter().find_map(|piece| match piece {
            Piece::Text(text) | Piece::Label(text) | Piece::Media { caption: Some(text), .. } => Some(text.clone()),
            _ => None,
        });
        let other = || {
            self.pieces.iter().find_map(|piece| match piece {
                Piece::Title(text) | Piece::Hint(text) | Piece::Emoji(text) => Some(text.clone()),
                Piece::Media { media, .. } => Some(media.label(words).to_owned()),
                Piece::Place(place) => Some(place.name.clone().unwrap_or_else(|| words.location.to_owned())),
                Piece::Person(person) => Some(person.name.clone()),
                Piece::Product { product, .. } => Some(product.clone()),
                _ => None,
            })
        };
        spoken.or_else(|| self.mark.as_ref().map(|mark| mark.label(words))).or_else(other).unwrap_or_default()
    }

    fn show(pieces: impl IntoIterator<Item = Piece>) -> Face {
        Face { pieces: pieces.into_iter().collect(), ..Face::default() }
    }

    fn interactive(header: Option<&Header>, text: &str, footer: Option<&String>) -> Face {
        let header = header.map(|header| match header {
            Header::Text(text) => Piece::Title(text.clone()),
            Header::Media(media) => Piece::Media { media: Medium::of(media), caption: None },
        });
        Face::show(header.into_iter().chain([Piece::Text(text.to_owned())]).chain(footer.cloned().map(Piece::Footer)))
    }
}

impl Mark {
    pub fn label(&self, words: &Words) -> String {
        match self {
            Mark::Template { name, language } => format!("{} {name} ({language})", words.template),
            Mark::Form { name: Some(name) } => format!("{}: {name}", words.form_sent),
            Mark::Form { name: None } => words.form_sent.to_owned(),
            Mark::Order { catalog } => fill(words.order_from_catalog, catalog),
            Mark::Edit => words.changed_earlier.to_owned(),
        }
    }
}

impl Medium {
    /// The kind in a word.
    pub fn label(&self, words: &Words) -> &'static str {
        match self.kind {
            MediaKind::Image => words.image,
            MediaKind::Video => words.video,
            MediaKind::Audio => words.audio,
            MediaKind::Voice => words.voice,
            MediaKind::Document => words.document,
            MediaKind::Sticker => words.sticker,
        }
    }

    fn of(media: &Media) -> Medium {
        let source = match &media.source {
            MediaSource::Link(link) => link.clone(),
            MediaSource::Id(id) => format!("id {id}"),
        };
        Medium { kind: media.kind, source, filename: media.filename.clone() }
    }
}

fn reaction(emoji: &str, words: &Words) -> Face {
    if emoji.is_empty() { Face::hint(words.took_reaction_back) } else { Face::show([Piece::Emoji(emoji.to_owned())]) }
}
