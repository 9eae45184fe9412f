//! A value that a model is asked for: its type, how it is converted, and whether the customer said it.

mod said;

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::call;
use crate::{
    bot::VariableKind,
    expression::{Facts, Text, find, plain_text},
    path::Path,
    turn::{Stop, Turn},
    write,
};

pub use said::{stands_in, stands_in_on};

/// A value to find.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Field {
    /// The type of the value. Left out: `text`.
    #[serde(default, rename = "type")]
    pub kind: FieldKind,
    /// What the value is, for the model.
    #[serde(default)]
    pub description: Text,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum FieldKind {
    #[default]
    Text,
    /// A whole number.
    Integer,
    Number,
    Boolean,
    /// Kept in ISO 8601.
    Date,
    /// Kept as `14:30`.
    Time,
    Email,
    /// Kept in E.164.
    Phone,
    /// A web address.
    Url,
    List,
    Map,
}

impl FieldKind {
    /// The kind of this name.
    pub fn named(name: &str) -> Option<Self> {
        serde_json::from_value(name.into()).ok()
    }

    pub fn name(self) -> &'static str {
        match self {
            FieldKind::Text => "text",
            FieldKind::Integer => "integer",
            FieldKind::Number => "number",
            FieldKind::Boolean => "boolean",
            FieldKind::Date => "date",
            FieldKind::Time => "time",
            FieldKind::Email => "email",
            FieldKind::Phone => "phone",
            FieldKind::Url => "url",
            FieldKind::List => "list",
            FieldKind::Map => "map",
        }
    }

    /// The value as this kind; None when it is none.
    pub fn convert(self, turn: &Turn<'_>, value: &Value) -> Option<Value> {
        let state = &*turn.state;
        let to = |kind| write::to_kind(state, kind, value);
        let text = || value.as_str();
        match self {
            FieldKind::Text => to(VariableKind::Text),
            FieldKind::Integer => to(VariableKind::Integer),
            FieldKind::Number => to(VariableKind::Number),
            FieldKind::Boolean => to(VariableKind::Boolean),
            FieldKind::Date => to(VariableKind::Date),
            FieldKind::List => to(VariableKind::List),
            FieldKind::Map => to(VariableKind::Map),
            FieldKind::Time => find::time(text()?).map(|time| Value::from(time.strftime("%H:%M").to_string())),
            FieldKind::Email => find::email(text()?).map(Value::from),
            FieldKind::Phone => find::phone(&plain_text(value), Facts::country(state)).map(Value::from),
            FieldKind::Url => find::url(text()?).map(Value::from),
        }
    }
}

/// Whether there is nothing in a value: a model says so of what it did not find.
pub fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.trim().is_empty(),
        Value::Array(values) => values.is_empty(),
        Value::Object(values) => values.is_empty(),
        Value::Bool(_) | Value::Number(_) => false,
    }
}

/// The values as a call names them: path, type, description.
pub fn asked_for(fields: &IndexMap<Path, Field>, turn: &Turn<'_>) -> Result<Vec<(String, String, String)>, Stop> {
    let fields = fields
        .iter()
        .map(|(path, field)| Ok((path.to_string(), field.kind.name().to_owned(), call::instructions(turn, &field.description)?)));
    fields.collect()
}

/// The beginning of a value, for the trace.
pub fn shown(value: &Value) -> String {
    plain_text(value).chars().take(60).collect()
}
