//! `start_bot`: another bot runs, and comes back or takes over.

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{Behaviour, Child, shared::Save};
use crate::{
    data::Data,
    expression::Locals,
    ids::{BotId, StepId},
    turn::{Failure, Next, Stop, Turn},
};

/// The word in [`Child::status`] of a bot that ended well.
const COMPLETED: &str = "completed";

/// Runs another bot, which comes back here or takes over.
///
/// The other bot has variables of its own, and shares contact and lead. When it comes back, `child.vars`, `child.outcome` and `child.status` can be read in `save`;
/// one that completed goes to `next`, one that failed to `failed`. Bots call each other up to 8 deep.
///
/// ```json
/// {"type": "start_bot", "bot": "qualification", "variables": {"product": "{{ vars.product }}"}, "save": {"vars.score": "child.vars.score"}, "next": "done"}
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct StartBot {
    pub bot: BotId,
    /// Whether this bot waits for the other, or gives way to it. Left out: `call`.
    #[serde(default)]
    pub mode: Mode,
    /// Variables that the other bot begins with, converted to the types that it declares; what can't be converted takes `failed`. A missing
    /// value leaves the variable's default.
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    #[schemars(extend("propertyNames" = {"pattern": "^[a-z][a-z0-9_]{0,63}$"}))]
    pub variables: IndexMap<String, Data>,
    /// What is kept of the bot that came back: a path for all its variables, or expressions by path.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub save: Option<Save>,
    /// Where the bot goes on when the other comes back. Left out: the bot ends here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<StepId>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// The other bot comes back.
    #[default]
    Call,
    /// The other bot takes over, and this one ends.
    Switch,
}

impl Behaviour for StartBot {
    fn run(&self, turn: &mut Turn<'_>) -> Result<Next, Stop> {
        let variables = self.variables.iter().map(|(name, data)| Ok((name.clone(), turn.data(data)?)));
        let variables = variables.collect::<Result<_, Stop>>()?;
        Ok(Next::StartBot { bot: self.bot.clone(), switch: self.mode == Mode::Switch, variables })
    }

    fn returned(&self, turn: &mut Turn<'_>, child: &Child) -> Result<Next, Stop> {
        if let Some(save) = &self.save {
            let value = json!({"vars": child.vars, "outcome": child.outcome, "status": child.status});
            let locals = Locals::default().with("child", &value);
            save.keep(turn, &value["vars"], &locals)?;
        }
        if child.status != COMPLETED {
            let text = format!("bot {:?} ended as {} ({})", self.bot.as_str(), child.status, child.outcome);
            return Err(Failure::new("child_failed", text).into());
        }
        turn.branch(self.next.as_ref(), format!("bot {:?} came back: {}", self.bot.as_str(), child.outcome));
        Ok(Next::Go(self.next.clone()))
    }

    fn next(&self) -> Option<&StepId> {
        self.next.as_ref()
    }
}
