//! A branch that is taken when its condition holds: in `condition` and in `http`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    expression::{Expression, Locals},
    ids::StepId,
    turn::{Stop, Turn},
};

/// A branch: a condition, and where the bot goes if it holds.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Branch {
    /// The condition.
    pub when: Expression,
    /// Where the bot goes on if it holds.
    pub goto: StepId,
    /// Its name on the canvas and in the trace.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
}

impl Branch {
    /// The first whose condition holds, told to the trace.
    pub fn first<'b>(branches: &'b [Branch], turn: &mut Turn<'_>, locals: &Locals) -> Result<Option<&'b Branch>, Stop> {
        for branch in branches {
            if turn.is_true(&branch.when, locals)? {
                let condition = branch.when.source();
                let why = match &branch.label {
                    Some(label) => format!("{label:?}: `{condition}` holds"),
                    None => format!("`{condition}` holds"),
                };
                turn.branch(Some(&branch.goto), why);
                return Ok(Some(branch));
            }
        }
        Ok(None)
    }
}
