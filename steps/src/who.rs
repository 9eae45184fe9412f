//! Who a conversation, a lead, a task or a note goes to.

use compact_str::CompactString;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A colleague, a team, or the next colleague in turn. Ids are those of the CRM's users and teams.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Who {
    /// One colleague.
    User(#[schemars(with = "String", extend("x-kind" = "user"))] CompactString),
    /// A team: whoever of it answers first.
    Team(#[schemars(with = "String", extend("x-kind" = "team"))] CompactString),
    /// The next of these colleagues, in turn; one counter a step, shared by all sessions.
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
