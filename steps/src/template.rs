//! Templates as Meta knows them: what they say, and the gaps that a message fills in.
//!
//! A message brings only a template's name and its values. What the customer then reads stands with Meta, and is known here as far as
//! the account's list told it.

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

/// Templates by name, in each of their languages.
pub type Templates = IndexMap<String, Vec<KnownTemplate>>;

/// One language of a template.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct KnownTemplate {
    pub language: String,
    /// `marketing`, `utility`, `authentication`.
    pub category: String,
    /// `APPROVED` can be sent.
    pub status: String,
    /// Names of the body's parameters; positional ones are numbered `1`, `2`, …
    pub parameters: Vec<String>,
    /// What it says. None: only its outline is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub content: Option<TemplateContent>,
}

/// What a template, or a card of one, says. Its texts have gaps: `{{1}}`, `{{name}}`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct TemplateContent {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub header: Option<TemplateContentHeader>,
    pub body: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub footer: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub buttons: Vec<TemplateContentButton>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub cards: Vec<TemplateContent>,
}

/// What stands above the body (Cloud API, Template components).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "format", rename_all = "snake_case")]
pub enum TemplateContentHeader {
    Text {
        text: String,
    },
    Image,
    Video,
    Document,
    Location,
    /// A product, a moving picture, and what is still to come.
    Other,
}

/// A button with its label (Cloud API, Template components).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum TemplateContentButton {
    QuickReply {
        text: String,
    },
    /// `url` may end in a gap.
    Url {
        text: String,
        url: String,
    },
    PhoneNumber {
        text: String,
        number: String,
    },
    CopyCode {
        text: String,
    },
    Flow {
        text: String,
        flow: String,
    },
    /// A catalogue, a one-time password, and what is still to come.
    Other {
        text: String,
    },
}

impl TemplateContent {
    /// The form that its button opens: a name, or Meta's id.
    pub fn flow(&self) -> Option<&str> {
        self.buttons.iter().chain(self.cards.iter().flat_map(|card| &card.buttons)).find_map(|button| match button {
            TemplateContentButton::Flow { flow, .. } => Some(flow.as_str()),
            _ => None,
        })
    }
}

/// A piece of a template's text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Piece<'t> {
    Text(&'t str),
    /// What stands between the braces, without the space around it.
    Gap(&'t str),
}

/// Takes a template's text apart. Braces that close nothing, or hold nothing, are text.
///
/// ```
/// use steps::template::{Piece, pieces};
///
/// let found: Vec<Piece<'_>> = pieces("Hi {{ name }}!").collect();
/// assert_eq!(found, [Piece::Text("Hi "), Piece::Gap("name"), Piece::Text("!")]);
/// ```
pub fn pieces(text: &str) -> impl Iterator<Item = Piece<'_>> {
    let mut rest = text;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let gap = gap(rest);
        let (piece, after) = match gap {
            Some((0, name, after)) => (Piece::Gap(name), after),
            Some((start, ..)) => (Piece::Text(&rest[..start]), &rest[start..]),
            None => (Piece::Text(rest), ""),
        };
        rest = after;
        Some(piece)
    })
}

/// The first gap of a text: where it begins, its name, and what follows.
fn gap(text: &str) -> Option<(usize, &str, &str)> {
    for (start, _) in text.match_indices("{{") {
        let inner = &text[start + 2..];
        let (name, after) = inner.split_once("}}")?;
        let name = name.trim();
        if !name.is_empty() {
            return Some((start, name, after));
        }
    }
    None
}

/// The names of a text's gaps, in the order of their first places.
pub fn gaps(text: &str) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for piece in pieces(text) {
        if let Piece::Gap(name) = piece
            && !names.iter().any(|known| known == name)
        {
            names.push(name.to_owned());
        }
    }
    names
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn gaps_are_told_once_in_the_order_of_their_first_places() {
        for (text, expected) in [
            ("Olá {{first_name}}, {{ first_name }}! {{plan}}.", vec!["first_name", "plan"]),
            ("{{2}} of {{1}}", vec!["2", "1"]),
            ("none", vec![]),
            ("{{}} {{ }} {{open", vec![]),
        ] {
            assert_eq!(gaps(text), expected, "{text}");
        }
    }

    proptest! {
        #[test]
        fn no_text_gets_lost(text in "[a-c{} é\n]{0,24}") {
            let whole: String = pieces(&text).map(|piece| match piece {
                Piece::Text(text) => text.replace(' ', ""),
                Piece::Gap(name) => format!("{{{{{}}}}}", name.replace(' ', "")),
            }).collect();
            prop_assert_eq!(whole.replace('\n', ""), text.replace([' ', '\n'], ""));
        }
    }
}
