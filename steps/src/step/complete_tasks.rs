//! `complete_tasks`: what an agent had to do is done.

use compact_str::CompactString;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Behaviour;
use crate::{
    contact::{MAX_TASK_TEXT, Task},
    expression::{Text, fold},
    fact::Fact,
    ids::{StepId, TaskId},
    turn::{Failure, Next, Stop, Turn},
    who::Author,
};

/// Completes open tasks, such as the call that the customer has made by themself.
///
/// Without `kind` and `text` these are all open tasks of the current lead and of the contact itself, whoever made them. Where there is none, the
/// bot goes on.
///
/// ```json
/// {"type": "complete_tasks", "kind": "call", "result": "{{ contact.name }} ligou", "next": "done"}
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct CompleteTasks {
    /// Only tasks of this kind.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>", extend("x-kind" = "task_kind"))]
    pub kind: Option<CompactString>,
    /// Only tasks whose text holds this, whatever the case and accents.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<Text>,
    /// What came of them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub result: Option<Text>,
    /// Where the bot goes on. Left out: the bot ends here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<StepId>,
}

impl Behaviour for CompleteTasks {
    fn run(&self, turn: &mut Turn<'_>) -> Result<Next, Stop> {
        let wanted = self.text.as_ref().map(|text| turn.own_text(text)).transpose()?.map(|text| fold(&text));
        let result = self.result.as_ref().map(|text| turn.own_text(text)).transpose()?;
        let lead = turn.contact().lead().map(|lead| &lead.id);
        let is_meant = |task: &&Task| {
            task.lead.as_ref().is_none_or(|of| Some(of) == lead)
                && self.kind.as_ref().is_none_or(|kind| *kind == task.kind)
                && wanted.as_ref().is_none_or(|wanted| fold(&task.text).contains(wanted.as_str()))
        };
        let meant: Vec<TaskId> = turn.contact().tasks.iter().filter(is_meant).map(|task| task.id).collect();
        let by = turn.author();
        for id in meant {
            complete(turn, id, result.clone(), by.clone())?;
        }
        Ok(Next::Go(self.next.clone()))
    }

    fn next(&self) -> Option<&StepId> {
        self.next.as_ref()
    }
}

/// Completes a task; one that is not open changes nothing. An empty result is none.
///
/// # Errors
/// `too_large`; then it stays open.
pub fn complete(turn: &mut Turn<'_>, id: TaskId, result: Option<String>, by: Option<Author>) -> Result<(), Failure> {
    let result = result.filter(|result| !result.trim().is_empty());
    if result.as_ref().is_some_and(|result| result.chars().count() > MAX_TASK_TEXT) {
        return Err(Failure::new("too_large", format!("the result of a task has at most {MAX_TASK_TEXT} characters")));
    }
    let Some(place) = turn.contact().tasks.iter().position(|task| task.id == id) else { return Ok(()) };
    let task = Box::new(turn.contact_mut().tasks.remove(place));
    turn.facts.push(Fact::TaskCompleted { task, result, by });
    Ok(())
}
