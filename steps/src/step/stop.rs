//! `stop`: the bot ends.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Behaviour;
use crate::{
    ids::StepId,
    turn::{Next, Stop as Stopped, Turn},
};

/// Ends the bot.
///
/// A bot that another one called comes back to it, unless `all` ends that one too.
///
/// ```json
/// {"type": "stop", "outcome": "qualified", "close": true}
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Stop {
    /// How it ended, for reports: `qualified`, `not_interested`. `failed` ends it as a failure.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outcome: Option<String>,
    /// Closes the conversation too: the customer's next message begins a new one.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub close: bool,
    /// Ends the bots that called this one too.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub all: bool,
}

impl Behaviour for Stop {
    fn run(&self, _: &mut Turn<'_>) -> Result<Next, Stopped> {
        Ok(Next::Stop { outcome: self.outcome.clone(), close: self.close, all: self.all })
    }

    fn next(&self) -> Option<&StepId> {
        None
    }
}
