//! `condition`: the bot takes one branch or another.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Behaviour, shared::Branch};
use crate::{
    expression::Locals,
    ids::StepId,
    turn::{Next, Stop, Turn},
};

/// Goes where the first condition that holds leads.
///
/// Conditions are looked at in order. One that reads a missing value does not hold. Where none does, the bot goes to `otherwise`.
///
/// ```json
/// {"type": "condition", "branches": [{"when": "vars.score >= 50", "goto": "sales", "label": "Hot"}], "otherwise": "nurture"}
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Condition {
    /// The branches, in the order in which they are tried.
    #[schemars(length(min = 1))]
    pub branches: Vec<Branch>,
    /// Where the bot goes when no condition holds. Left out: `next`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub otherwise: Option<StepId>,
    /// Used where `otherwise` is missing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<StepId>,
}

impl Behaviour for Condition {
    fn run(&self, turn: &mut Turn<'_>) -> Result<Next, Stop> {
        if let Some(branch) = Branch::first(&self.branches, turn, Locals::none())? {
            return Ok(Next::Go(Some(branch.goto.clone())));
        }
        turn.branch(self.next(), "no condition holds");
        Ok(Next::Go(self.next().cloned()))
    }

    fn next(&self) -> Option<&StepId> {
        self.otherwise.as_ref().or(self.next.as_ref())
    }
}
