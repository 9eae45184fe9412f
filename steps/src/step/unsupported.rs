//! `unsupported`: stands for a step of another tool that has no equal here.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::Behaviour;
use crate::{
    ids::StepId,
    turn::{Failure, Next, Stop, Turn},
};

/// Stands where an imported bot had a step that has no equal here.
///
/// A bot that comes here fails, and the team is told: replace it, or disable it to go on at `next`.
///
/// ```json
/// {"type": "unsupported", "what": "Instagram comment", "source": {"handler": "instagram_comment"}, "failed": "to_human"}
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Unsupported {
    /// What it was, in a few words.
    pub what: String,
    /// The step as the other tool wrote it.
    #[serde(default, skip_serializing_if = "Value::is_null")]
    pub source: Value,
    /// Where the bot goes on when this step is disabled.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<StepId>,
}

impl Behaviour for Unsupported {
    fn run(&self, turn: &mut Turn<'_>) -> Result<Next, Stop> {
        let text = format!("{:?} was imported and has no equal here", self.what);
        turn.branch(None, text.as_str());
        turn.alert("unsupported", text.as_str());
        Err(Failure::new("unsupported", text).into())
    }

    fn next(&self) -> Option<&StepId> {
        self.next.as_ref()
    }
}
