//! Media, locations and contact cards as a designer writes them, filled in.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{
    expression::{Locals, Text, find},
    message::{self, MediaKind, MediaSource},
    turn::{Failure, Stop, Turn},
};

/// A picture, video, sound, document or sticker: on the web (`link`, HTTPS) or uploaded to WhatsApp (`id`), exactly one of the two.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Media {
    pub kind: MediaKind,
    /// HTTPS address; Meta fetches it, without a login, and keeps it for 10 minutes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub link: Option<Text>,
    /// Media id of an upload; lives 30 days.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<Text>,
    /// What a document is called; its ending decides the icon.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub filename: Option<Text>,
}

impl Media {
    /// Filled in. `place` is its key in the step, with a dot behind: `media.`
    pub fn fill(&self, turn: &Turn<'_>, place: &str) -> Result<message::Media, Stop> {
        self.fill_with(turn, place, Locals::none())
    }

    /// The same on a card that `each` made.
    pub fn fill_with(&self, turn: &Turn<'_>, place: &str, locals: &Locals) -> Result<message::Media, Stop> {
        let optional = |name: &str, text: &Option<Text>| match text {
            Some(text) => turn
                .text_with(&format!("{place}{name}"), text, locals)
                .map(|text| Some(text).filter(|text| !text.trim().is_empty())),
            None => Ok(None),
        };
        let (link, id, filename) =
            (optional("link", &self.link)?, optional("id", &self.id)?, optional("filename", &self.filename)?);
        let source = match (id, link) {
            (Some(id), _) => MediaSource::Id(id),
            (None, Some(link)) => MediaSource::Link(link),
            (None, None) => return Err(Failure::new("empty", "the medium has neither `link` nor `id`").into()),
        };
        Ok(message::Media { kind: self.kind, source, filename })
    }
}

/// A place on the map.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Location {
    /// Degrees north, -90 to 90.
    pub latitude: Degrees,
    /// Degrees east, -180 to 180.
    pub longitude: Degrees,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<Text>,
    /// Shown only beside a name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<Text>,
}

/// A number, or a text that gives one.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum Degrees {
    Number(f64),
    Text(Text),
}

impl Degrees {
    fn fill(&self, turn: &Turn<'_>, name: &str, limit: f64) -> Result<f64, Stop> {
        let number = match self {
            Degrees::Number(number) => Some(*number),
            Degrees::Text(text) => match turn.value(text)? {
                Value::Number(number) => number.as_f64(),
                Value::String(text) => find::number(&text, turn.state.own_language()),
                _ => None,
            },
        };
        number
            .filter(|number| number.abs() <= limit)
            .ok_or_else(|| Failure::new("conversion", format!("`{name}` is no number between -{limit} and {limit}")).into())
    }
}

impl Location {
    pub fn fill(&self, turn: &Turn<'_>, place: &str) -> Result<message::Location, Stop> {
        Ok(message::Location {
            latitude: self.latitude.fill(turn, "latitude", 90.0)?,
            longitude: self.longitude.fill(turn, "longitude", 180.0)?,
            name: turn.optional_text(&format!("{place}name"), self.name.as_ref())?,
            address: turn.optional_text(&format!("{place}address"), self.address.as_ref())?,
        })
    }
}

/// A contact card that the business shares.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ContactCard {
    pub name: Text,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub phones: Vec<Text>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub emails: Vec<Text>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub company: Option<Text>,
}

impl ContactCard {
    pub fn fill(&self, turn: &Turn<'_>, place: &str) -> Result<message::ContactCard, Stop> {
        let all = |name: &str, texts: &[Text]| {
            let filled = texts.iter().enumerate().map(|(index, text)| turn.text(&format!("{place}{name}.{index}"), text));
            filled.collect::<Result<Vec<_>, _>>()
        };
        Ok(message::ContactCard {
            name: turn.text(&format!("{place}name"), &self.name)?,
            phones: all("phones", &self.phones)?,
            emails: all("emails", &self.emails)?,
            company: turn.optional_text(&format!("{place}company"), self.company.as_ref())?,
        })
    }
}
