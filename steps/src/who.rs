//! Who a conversation, a lead, a task or a note goes to, and who made it.

use compact_str::CompactString;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::ids::{BotId, StepId};

/// An agent, a team, or the next agent in turn. Ids are those of the CRM's users and teams.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Who {
    /// One agent.
    User(#[schemars(with = "String", extend("x-kind" = "user"))] CompactString),
    /// A team: whoever of it answers first.
    Team(#[schemars(with = "String", extend("x-kind" = "team"))] CompactString),
    /// The next of these agents, in turn; one counter a step, shared by all sessions.
    RoundRobin(#[schemars(with = "Vec<String>", length(min = 1, max = 100))] Vec<CompactString>),
}

impl std::fmt::Display for Who {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Who::User(user) => write!(formatter, "user {user}"),
            Who::Team(team) => write!(formatter, "team {team}"),
            Who::RoundRobin(users) => write!(formatter, "the next of {}", users.join(", ")),
        }
    }
}

/// Who made a task or a note.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Author {
    /// A step of a bot.
    Step { bot: BotId, step: StepId },
    /// A person of the business, by the id of their user.
    User { user: CompactString },
}
