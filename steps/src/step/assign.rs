//! `assign`: a conversation, a lead or a contact gets an owner.

use compact_str::CompactString;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::Behaviour;
use crate::{
    fact::Fact,
    ids::StepId,
    path::{ContactProperty, LeadProperty, Path},
    turn::{Failure, Next, Stop, Turn},
    who::Who,
};

/// Gives the conversation, the lead or the contact to an agent or a team.
///
/// The bot goes on: to let people answer, use `handoff`. `round_robin` takes the agents in turn. `lead.owner` and `contact.owner` are then the id of the
/// agent or team.
///
/// ```json
/// {"type": "assign", "on": "lead", "to": {"round_robin": ["ana", "bruno"]}, "next": "done"}
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Assign {
    /// What is given. Left out: the conversation.
    #[serde(default)]
    pub on: On,
    pub to: Who,
    /// Where the bot goes on. Left out: the bot ends here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<StepId>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum On {
    #[default]
    Conversation,
    Lead,
    Contact,
}

impl Behaviour for Assign {
    fn run(&self, turn: &mut Turn<'_>) -> Result<Next, Stop> {
        let to = chosen(turn, &self.to)?;
        let (on, path) = match self.on {
            On::Conversation => ("conversation", None),
            On::Lead => ("lead", Some(Path::Lead(LeadProperty::Owner))),
            On::Contact => ("contact", Some(Path::Contact(ContactProperty::Owner))),
        };
        let before = owner(turn, self.on);
        match (path, &to) {
            (None, _) => {
                let number = turn.state.number.clone();
                turn.contact_mut().conversation_mut(&number).owner = Some(to.clone());
            }
            (Some(path), Who::User(id) | Who::Team(id)) => turn.set(&path, Value::from(id.as_str()))?,
            // `chosen` has taken one of them.
            (Some(_), Who::RoundRobin(_)) => {}
        }
        if owner(turn, self.on) != before {
            turn.facts.push(Fact::Assigned { on: on.into(), to });
        }
        Ok(Next::Go(self.next.clone()))
    }

    fn next(&self) -> Option<&StepId> {
        self.next.as_ref()
    }
}

fn owner(turn: &Turn<'_>, on: On) -> Option<Who> {
    let user = |owner: &Option<CompactString>| owner.clone().map(Who::User);
    match on {
        On::Conversation => turn.state.conversation()?.owner.clone(),
        On::Lead => user(&turn.contact().lead()?.owner),
        On::Contact => user(&turn.contact().owner),
    }
}

/// Whom `who` means now: `round_robin` is the next agent.
pub(super) fn chosen(turn: &mut Turn<'_>, who: &Who) -> Result<Who, Stop> {
    let Who::RoundRobin(users) = who else { return Ok(who.clone()) };
    let user = turn.round_robin(users)?.cloned();
    user.map(Who::User).ok_or_else(|| Failure::new("empty", "`round_robin` names nobody").into())
}
