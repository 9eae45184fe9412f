//! How dialogs are written.

use std::fmt;

use serde::{
    Deserialize, Deserializer, Serialize,
    de::{Error as _, MapAccess, Visitor},
};
use serde_json::{Map, Value};
use steps::expression::nearest;

/// A file of dialogs: `bots/NAME.test.json`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Dialogs {
    /// For editors; never read.
    #[serde(rename = "$schema", default, skip_serializing_if = "Option::is_none")]
    pub schema: Option<String>,
    pub dialogs: Vec<Dialog>,
}

/// One conversation.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Dialog {
    pub name: String,
    #[serde(default)]
    pub contact: DialogContact,
    /// When it begins: ISO 8601 with an offset. Left out: a Monday morning, 2026-01-05T10:00:00Z.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<String>,
    pub steps: Vec<Line>,
}

/// Who writes, and what is known of them.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct DialogContact {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<String>,
    #[serde(skip_serializing_if = "Map::is_empty")]
    pub fields: Map<String, Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub opted_in: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub owner: Option<String>,
    /// How long ago the customer last wrote, like "3d". Left out: never.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_wrote: Option<String>,
    /// The lead that the contact has: `{pipeline, stage, name, price, fields, tags}`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lead: Option<Map<String, Value>>,
}

/// One line of a conversation: an object with one key.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Line {
    /// The customer writes (a text), or `{tap}` (with `card`, counted from 1, where cards have alike buttons), `{reply}` (a tap by the
    /// option's id), `{form}`, `{media}`, `{location}`, `{contacts}`, `{order}`, `{reaction}`, `{unsupported}`; with `referral` from an
    /// ad, with `quote` in answer to the bot's last message. `{again}`: the customer's last message comes once more.
    Customer(Value),
    /// The bot says: a text, or an object that names only what matters.
    Bot(Value),
    /// Time passes: "25h".
    Pass(String),
    /// A trigger: `{"on": "stage", …}`, `{"on": "api"}`, `{"on": "field", "path", "value"}`, `{"on": "schedule"}`; or the bot itself,
    /// whatever its triggers say: `{"on": "preview", "step", "variables"}`.
    Start(Map<String, Value>),
    /// Answers a call: `{status, json}`, `{found}`, `{intent}`, `{fields}`, `{text}`, `{tool, arguments}`, `{failed: name}`.
    Reply(Map<String, Value>),
    /// What becomes of the bot's last message: `{"failed": code}`, `"delivered"`, `"read"`, `"played"`.
    Status(Value),
    /// The channel refuses the next message at once, with this code.
    FailNext(i64),
    /// Values change by hand, and no trigger hears of it: `{"vars.x": 1, "contact.name": "Ana", "lead.stage": "new"}`.
    Set(Map<String, Value>),
    /// A person: a text, or `{message}`, `{handoff: who}`, `"release"`, `"stop"`.
    Agent(Value),
    /// What holds now, by expression: `{"lead.stage": "new", "vars.score": 0}`.
    Expect(Map<String, Value>),
}

/// The keys of lines.
const LINES: [&str; 10] = ["customer", "bot", "pass", "start", "reply", "status", "fail_next", "set", "agent", "expect"];

impl<'de> Deserialize<'de> for Line {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(LineVisitor)
    }
}

/// Reads a line key by key, so that what is wrong is said where it stands.
struct LineVisitor;

impl<'de> Visitor<'de> for LineVisitor {
    type Value = Line;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a line: an object with one key")
    }

    fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<Line, M::Error> {
        let Some(key) = map.next_key::<String>()? else {
            return Err(M::Error::custom(format!("a line has one of {}", LINES.join(", "))));
        };
        let line = match key.as_str() {
            "customer" => Line::Customer(map.next_value()?),
            "bot" => Line::Bot(map.next_value()?),
            "pass" => Line::Pass(map.next_value()?),
            "start" => Line::Start(map.next_value()?),
            "reply" => Line::Reply(map.next_value()?),
            "status" => Line::Status(map.next_value()?),
            "fail_next" => Line::FailNext(map.next_value()?),
            "set" => Line::Set(map.next_value()?),
            "agent" => Line::Agent(map.next_value()?),
            "expect" => Line::Expect(map.next_value()?),
            other => return Err(M::Error::custom(unknown("a line", other, &LINES))),
        };
        match map.next_key::<String>()? {
            None => Ok(line),
            Some(second) => {
                Err(M::Error::custom(format!("a line has one key, and this has `{key}` and `{second}`: make two lines of it")))
            }
        }
    }
}

/// What is said of a key that `owner` does not have.
pub(super) fn unknown(owner: &str, key: &str, known: &[&str]) -> String {
    match nearest(key, known.iter().copied()) {
        Some(near) => format!("{owner} has no `{key}`; did you mean `{near}`?"),
        None => format!("{owner} has no `{key}`; expected one of `{}`", known.join("`, `")),
    }
}

/// A dialog file that can't be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}, column {column}: {message}")]
pub struct DialogError {
    pub line: usize,
    pub column: usize,
    pub message: String,
}

impl Dialogs {
    /// Reads a file of dialogs, or says where it is wrong.
    pub fn read(source: &str) -> Result<Self, DialogError> {
        serde_json::from_str(source).map_err(|error| DialogError {
            line: error.line(),
            column: error.column(),
            message: error.to_string().split(" at line ").next().unwrap_or_default().to_owned(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wrong_line_is_named_with_its_place() {
        let error = Dialogs::read("{\"dialogs\": [\n{\"name\": \"x\", \"steps\": [{\"custmer\": \"oi\"}]}]}").unwrap_err();
        assert_eq!(error.line, 2);
        assert_eq!(error.message, "a line has no `custmer`; did you mean `customer`?");
    }

    #[test]
    fn a_line_has_one_key() {
        let said = |line: &str| {
            let source = format!("{{\"dialogs\": [{{\"name\": \"x\", \"steps\": [{line}]}}]}}");
            Dialogs::read(&source).map_err(|error| error.message)
        };
        let error = said(r#"{"bot": "?", "customer": "A"}"#).unwrap_err();
        assert_eq!(error, "a line has one key, and this has `bot` and `customer`: make two lines of it");
        assert!(said("{}").unwrap_err().contains("customer"));
        assert!(said("7").unwrap_err().contains("a line: an object"));
        let dialogs = said(r#"{"pass": "25h"}"#).unwrap();
        assert_eq!(dialogs.dialogs[0].steps, [Line::Pass("25h".into())]);
    }
}
