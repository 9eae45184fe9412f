//! What an `ask` expects, and how it is found in the answer: of "it's ana@x.com, thanks" the e-mail alone.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{
    event::{Content, Inbound},
    expression::{Expression, Facts, Locals, find},
    pattern::Pattern,
    turn::{Stop, Turn},
    write::plain_number,
};

/// What kind of answer a question expects.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum Expected {
    Kind(ExpectedKind),
    /// The first group of a regular expression, or all that it matches.
    Pattern {
        pattern: Pattern,
    },
    /// Whatever makes this expression over `answer` true.
    When {
        when: Expression,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ExpectedKind {
    /// Any text that is not empty.
    Text,
    Number,
    /// A whole number.
    Integer,
    Email,
    /// Kept in E.164: `+5511999999999`.
    Phone,
    /// Kept in ISO 8601: `2026-12-31`; read day first or month first by the bot's language.
    Date,
    /// Kept as `14:30`.
    Time,
    /// A web address.
    Url,
    /// A picture, video, sound or document; kept as `{id, kind, filename}`.
    Media,
    /// A location; kept with its parts.
    Location,
}

/// A bound for numbers (a number), dates and times (a text), or the length of a text (a number).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum Bound {
    Number(f64),
    Text(crate::expression::Text),
}

/// An expected kind with its bounds.
#[derive(Clone, Copy, Debug)]
pub struct Expect<'a> {
    pub expected: &'a Expected,
    pub min: Option<&'a Bound>,
    pub max: Option<&'a Bound>,
}

impl Expect<'_> {
    /// The value in the answer; None when there is none, or it lies out of bounds.
    pub fn find(&self, turn: &mut Turn<'_>, answer: &Inbound) -> Result<Option<Value>, Stop> {
        let found = match self.expected {
            Expected::Kind(kind) => find_kind(turn, *kind, answer),
            Expected::Pattern { pattern } => answer.content.text().and_then(|text| {
                let captures = pattern.regex().captures(text)?;
                captures.get(1).or_else(|| captures.get(0)).map(|found| Value::from(found.as_str()))
            }),
            Expected::When { when } => {
                let value = answer_value(&answer.content);
                let holds = turn.is_true(when, &Locals::default().with("answer", &value))?;
                Some(value).filter(|_| holds)
            }
        };
        let Some(found) = found else { return Ok(None) };
        let within = self.bound(turn, self.min, &found)?.is_none_or(std::cmp::Ordering::is_ge)
            && self.bound(turn, self.max, &found)?.is_none_or(std::cmp::Ordering::is_le);
        Ok(Some(found).filter(|_| within))
    }

    /// How the value compares with a bound: numbers by value, texts by length, dates and times by time.
    fn bound(&self, turn: &Turn<'_>, bound: Option<&Bound>, found: &Value) -> Result<Option<std::cmp::Ordering>, Stop> {
        let limit = match bound {
            None => return Ok(None),
            Some(Bound::Number(number)) => Value::from(*number),
            Some(Bound::Text(text)) => turn.value(text)?,
        };
        let number = |value: &Value| match value {
            Value::String(text) => find::number(text, turn.state.own_language()),
            other => other.as_f64(),
        };
        Ok(match (self.expected, found) {
            (_, Value::Number(found)) => found.as_f64().zip(number(&limit)).and_then(|(found, limit)| found.partial_cmp(&limit)),
            // As they are kept, dates and times have the same order as texts as in time.
            (Expected::Kind(ExpectedKind::Date), Value::String(found)) => {
                // Of a moment (`{{ now }}`), the day.
                let day = limit
                    .as_str()
                    .map(|limit| limit.get(..10).filter(|_| limit.as_bytes().get(10) == Some(&b'T')).unwrap_or(limit));
                let today = Facts::now(&*turn.state).date();
                let date = day.and_then(|day| find::date(day, turn.state.own_language(), today));
                date.map(|limit| found.as_str().cmp(&limit.to_string()))
            }
            (Expected::Kind(ExpectedKind::Time), Value::String(found)) => {
                let time = limit.as_str().and_then(find::time);
                time.map(|limit| found.as_str().cmp(&limit.strftime("%H:%M").to_string()))
            }
            (_, Value::String(found)) => number(&limit).and_then(|limit| (found.chars().count() as f64).partial_cmp(&limit)),
            _ => None,
        })
    }
}

/// An answer as `answer` reads it: the text, or what a medium, location, order or form holds.
pub fn answer_value(content: &Content) -> Value {
    match content {
        Content::Media(media) => media_value(media),
        Content::Location(location) => serde_json::to_value(location).unwrap_or_default(),
        Content::Order(order) => serde_json::to_value(order).unwrap_or_default(),
        Content::Form { answers, .. } => Value::Object(answers.clone()),
        other => other.text().map_or(Value::Null, Value::from),
    }
}

fn find_kind(turn: &Turn<'_>, kind: ExpectedKind, answer: &Inbound) -> Option<Value> {
    let state = &*turn.state;
    let text = answer.content.text();
    let language = state.own_language();
    match kind {
        ExpectedKind::Text => text.filter(|text| !text.trim().is_empty()).map(|text| Value::from(text.trim())),
        ExpectedKind::Number => find::number(text?, language).and_then(plain_number),
        ExpectedKind::Integer => find::integer(text?, language).map(Value::from),
        ExpectedKind::Email => find::email(text?).map(Value::from),
        ExpectedKind::Phone => match (&answer.content, text) {
            (Content::Contacts { contacts, .. }, _) => shared_phone(contacts).map(Value::from),
            (_, Some(text)) => find::phone(text, Facts::country(state)).map(Value::from),
            _ => None,
        },
        ExpectedKind::Date => find::date(text?, language, Facts::now(state).date()).map(|date| Value::from(date.to_string())),
        ExpectedKind::Time => find::time(text?).map(|time| Value::from(time.strftime("%H:%M").to_string())),
        ExpectedKind::Url => find::url(text?).map(Value::from),
        ExpectedKind::Media => match &answer.content {
            Content::Media(media) => Some(media_value(media)),
            _ => None,
        },
        ExpectedKind::Location => match &answer.content {
            Content::Location(location) => serde_json::to_value(location).ok(),
            _ => None,
        },
    }
}

/// A medium as `save` keeps it.
pub fn media_value(media: &crate::event::InboundMedia) -> Value {
    let mut value = serde_json::json!({"id": media.id, "kind": media.kind});
    if let Some(filename) = &media.filename {
        value["filename"] = filename.as_str().into();
    }
    value
}

/// The phone in a shared contact card, in E.164.
pub fn shared_phone(contacts: &Value) -> Option<String> {
    let phones = contacts.get(0)?.get("phones")?.as_array()?;
    phones.iter().find_map(|phone| {
        let id = phone.get("wa_id").and_then(Value::as_str).map(|id| format!("+{id}"));
        let written = || phone.get("phone").and_then(Value::as_str).map(str::to_owned);
        find::phone(&id.or_else(written)?, None)
    })
}
