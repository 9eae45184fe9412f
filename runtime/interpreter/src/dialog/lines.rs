//! How dialogs are written.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

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
    pub phone: Option<String>,
    pub user_id: Option<String>,
    pub name: Option<String>,
    pub email: Option<String>,
    pub language: Option<String>,
    pub tags: Vec<String>,
    pub fields: Map<String, Value>,
    pub opted_in: Option<bool>,
    pub owner: Option<String>,
    /// The lead that the contact has: `{pipeline, stage, name, price, fields, tags}`.
    pub lead: Option<Map<String, Value>>,
}

/// One line of a conversation.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Line {
    /// The customer writes (a text), or `{tap}` (with `card`, counted from 1, where cards have alike buttons), `{form}`, `{media}`, `{location}`, `{contacts}`, `{order}`, `{reaction}`; `{text, referral}` from an ad.
    Customer(Value),
    /// The bot says: a text, or an object that names only what matters.
    Bot(Value),
    /// Time passes: "25h".
    Pass(String),
    /// A trigger: `{"on": "stage", …}`, `{"on": "api"}`, `{"on": "field", "path", "value"}`, `{"on": "schedule"}`.
    Start(Map<String, Value>),
    /// Answers a call: `{status, json}`, `{intent}`, `{fields}`, `{text}`, `{failed: name}`.
    Reply(Map<String, Value>),
    /// What becomes of the bot's last message: `{"failed": code}`, `"delivered"`, `"read"`.
    Status(Value),
    /// A person: a text, or `{message}`, `{handoff: who}`, `"release"`, `"stop"`.
    Agent(Value),
    /// What holds now, by expression: `{"lead.stage": "new", "vars.score": 0}`.
    Expect(Map<String, Value>),
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
        assert!(error.message.contains("unknown variant `custmer`"), "{error}");
    }
}
