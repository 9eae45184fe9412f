//! `script`: a few lines of code that calculate variables.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::Behaviour;
use crate::{
    expression,
    ids::StepId,
    path::Path,
    turn::{Failure, Next, Stop, Turn},
};

/// Runs a few lines of code that read everything and write variables.
///
/// The language is that of the expressions, with `if`, `for` and `let`. It writes `vars` and nothing else. Operations and sizes are limited; a script
/// that passes a limit fails, and writes nothing.
///
/// ```json
/// {"type": "script", "code": "vars.score = 0; if (vars.team_size ?? 0) > 10 { vars.score += 50; }", "next": "done"}
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Script {
    pub code: expression::Script,
    /// Where the bot goes on. Left out: the bot ends here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<StepId>,
}

impl Behaviour for Script {
    fn run(&self, turn: &mut Turn<'_>) -> Result<Next, Stop> {
        let before = turn.frame().map(|frame| frame.vars.clone()).unwrap_or_default();
        let after = self.code.run(&turn.facts_view(), &before)?;
        let gone = before.keys().filter(|name| !after.contains_key(*name)).map(|name| (name, Value::Null));
        let changed = after.iter().filter(|(name, value)| before.get(*name) != Some(value));
        let changes = changed.map(|(name, value)| (name, value.clone())).chain(gone);
        let writes = changes.map(|(name, value)| {
            let path: Path = format!("vars.{name}").parse().map_err(|error| Failure::new("conversion", format!("{error}")))?;
            Ok((path, value))
        });
        turn.set_all(writes.collect::<Result<_, Stop>>()?)?;
        Ok(Next::Go(self.next.clone()))
    }

    fn next(&self) -> Option<&StepId> {
        self.next.as_ref()
    }
}
