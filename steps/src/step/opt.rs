//! `opt`: the customer wants marketing messages, or does not.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::Behaviour;
use crate::{
    ids::StepId,
    path::{ContactProperty, Path},
    turn::{Next, Stop, Turn},
};

/// Keeps whether the customer wants marketing messages: `contact.opted_in`.
///
/// To a customer who does not, marketing templates fail. Words such as "stop" do the same without a step.
///
/// ```json
/// {"type": "opt", "marketing": true, "next": "thanks"}
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Opt {
    /// `true`: the customer said yes. `false`: the customer said no.
    pub marketing: bool,
    /// Where the bot goes on. Left out: the bot ends here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<StepId>,
}

impl Behaviour for Opt {
    fn run(&self, turn: &mut Turn<'_>) -> Result<Next, Stop> {
        turn.set(&Path::Contact(ContactProperty::OptedIn), Value::Bool(self.marketing))?;
        Ok(Next::Go(self.next.clone()))
    }

    fn next(&self) -> Option<&StepId> {
        self.next.as_ref()
    }
}
