//! `ai_extract`: a model finds values in what the customer wrote.

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Behaviour, shared::call};
use crate::{
    bot::VariableKind,
    contact::{AiExtractCall, Call},
    event::CallResult,
    expression::{Duration, Facts, Text, find, plain_text},
    ids::StepId,
    path::Path,
    turn::{Next, Stop, Turn},
    write,
};

/// Lets a model find values in the customer's last message, and keeps them.
///
/// Each value is checked and converted to its type; one that does not fit is not taken. What is not found stays as it was. The bot waits for 30 seconds where `deadline`
/// says nothing, 2 minutes at most.
///
/// ```json
/// {"type": "ai_extract", "fields": {"contact.email": {"type": "email", "description": "the customer's e-mail"}, "vars.people": {"type": "integer", "description": "how many people will use it"}}, "next": "offer", "otherwise": "ask_again"}
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct AiExtract {
    /// What to find, by the path where it is kept.
    pub fields: IndexMap<Path, Field>,
    /// Left out: the server's model.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    /// How long the bot waits. Left out: `30s`; at most `2m`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deadline: Option<Duration>,
    /// Where the bot goes when nothing is found. Left out: `next`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub otherwise: Option<StepId>,
    /// Where the bot goes on. Left out: the bot ends here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<StepId>,
}

/// A value to find.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Field {
    /// Left out: `text`.
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
    fn name(self) -> &'static str {
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
    fn convert(self, turn: &Turn<'_>, value: &Value) -> Option<Value> {
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

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.trim().is_empty(),
        Value::Array(values) => values.is_empty(),
        Value::Object(values) => values.is_empty(),
        Value::Bool(_) | Value::Number(_) => false,
    }
}

impl AiExtract {
    fn nothing(&self, turn: &mut Turn<'_>, why: &str) -> Next {
        let to = self.otherwise.as_ref().or(self.next.as_ref());
        turn.branch(to, why);
        Next::Go(to.cloned())
    }
}

impl Behaviour for AiExtract {
    fn run(&self, turn: &mut Turn<'_>) -> Result<Next, Stop> {
        let Some(text) = call::said(turn) else {
            return Ok(self.nothing(turn, "the customer's message has no words"));
        };
        let fields = self
            .fields
            .iter()
            .map(|(path, field)| Ok((path.to_string(), field.kind.name().to_owned(), turn.own_text(&field.description)?)));
        let fields = fields.collect::<Result<_, Stop>>()?;
        let deadline = call::deadline(self.deadline, call::AI_DEADLINE);
        Ok(Next::Call(Call::AiExtract(AiExtractCall { text, fields, model: self.model.clone(), deadline })))
    }

    fn resume(&self, turn: &mut Turn<'_>, result: &CallResult) -> Result<Next, Stop> {
        let CallResult::Fields { fields: found } = result else { return Err(call::failed(result)) };
        let mut values = Vec::new();
        for (path, field) in &self.fields {
            let Some(value) = found.get(path.to_string().as_str()).filter(|value| !is_empty(value)) else { continue };
            match field.kind.convert(turn, value) {
                Some(value) => values.push((path.clone(), value)),
                None => {
                    let shown: String = plain_text(value).chars().take(60).collect();
                    turn.branch(None, format!("`{path}`: {shown:?} is no {}, and is not taken", field.kind.name()));
                }
            }
        }
        if values.is_empty() {
            return Ok(self.nothing(turn, "nothing was found"));
        }
        turn.set_all(values)?;
        turn.branch(self.next.as_ref(), "values were found");
        Ok(Next::Go(self.next.clone()))
    }

    fn next(&self) -> Option<&StepId> {
        self.next.as_ref()
    }
}
