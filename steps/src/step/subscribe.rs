//! `subscribe`: colleagues want to know of the conversation, or no longer.

use compact_str::CompactString;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Behaviour;
use crate::{
    expression::Text,
    fact::Fact,
    ids::StepId,
    turn::{Failure, Next, Stop, Turn},
    who::Who,
};

/// The most subscribers of one conversation. Our own: more people than these are a team.
pub const MAX_SUBSCRIBERS: usize = 50;

/// Makes agents and teams subscribers of the conversation, or takes them off.
///
/// Subscribers are shown with the contact, and an `internal_message` without `to` is for them. They stay when the bot ends. Who is one already, or
/// who is none, changes nothing. A conversation has up to 50.
///
/// ```json
/// {"type": "subscribe", "add": [{"team": "sales"}, {"user": "{{ lead.owner }}"}], "remove": [{"user": "ana"}], "next": "done"}
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Subscribe {
    /// Who wants to know of the conversation.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub add: Vec<Subscriber>,
    /// Who does no longer, before `add`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remove: Option<Leaving>,
    /// Where the bot goes on. Left out: the bot ends here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<StepId>,
}

/// Who wants to know of a conversation.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Subscriber {
    /// One agent: an id, or a text that gives one, such as `{{ lead.owner }}`; an empty one is left out.
    User(Text),
    /// A team.
    Team(#[schemars(with = "String", extend("x-kind" = "team"))] CompactString),
}

/// Who is taken off.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Leaving {
    /// Whoever is a subscriber.
    All,
    /// These.
    #[serde(untagged)]
    These(Vec<Subscriber>),
}

impl Behaviour for Subscribe {
    fn run(&self, turn: &mut Turn<'_>) -> Result<Next, Stop> {
        let leaving = match &self.remove {
            None => Vec::new(),
            Some(Leaving::All) => subscribers(turn).to_vec(),
            Some(Leaving::These(these)) => named(turn, these)?,
        };
        let joining = named(turn, &self.add)?;
        change(turn, joining, leaving)?;
        Ok(Next::Go(self.next.clone()))
    }

    fn next(&self) -> Option<&StepId> {
        self.next.as_ref()
    }
}

fn named(turn: &Turn<'_>, subscribers: &[Subscriber]) -> Result<Vec<Who>, Stop> {
    let mut named = Vec::new();
    for subscriber in subscribers {
        let who = match subscriber {
            Subscriber::User(user) => Who::User(turn.own_text(user)?.trim().into()),
            Subscriber::Team(team) => Who::Team(team.clone()),
        };
        if !matches!(&who, Who::User(user) if user.is_empty()) {
            named.push(who);
        }
    }
    Ok(named)
}

fn subscribers<'t>(turn: &'t Turn<'_>) -> &'t [Who] {
    turn.state.conversation().map_or(&[], |conversation| &conversation.subscribers)
}

/// Takes subscribers off this conversation, and then adds others. Who is there already, or is not there, changes nothing.
///
/// # Errors
/// `too_large` when there would be more than [`MAX_SUBSCRIBERS`]; then nothing changes.
pub fn change(turn: &mut Turn<'_>, add: Vec<Who>, remove: Vec<Who>) -> Result<(), Failure> {
    let before = subscribers(turn).to_vec();
    let mut now = before.clone();
    now.retain(|who| !remove.contains(who));
    for who in add {
        if !now.contains(&who) {
            now.push(who);
        }
    }
    if now.len() > MAX_SUBSCRIBERS {
        return Err(Failure::new("too_large", format!("a conversation has at most {MAX_SUBSCRIBERS} subscribers")));
    }
    let less = |of: &[Who], others: &[Who]| of.iter().filter(|who| !others.contains(who)).cloned().collect::<Vec<_>>();
    let (added, removed) = (less(&now, &before), less(&before, &now));
    if added.is_empty() && removed.is_empty() {
        return Ok(());
    }
    let number = turn.state.number.clone();
    let contact = turn.contact_mut();
    contact.conversation_mut(&number).subscribers = now;
    let number = contact.number_among_several(&number);
    turn.facts.push(Fact::SubscribersChanged { added, removed, number });
    Ok(())
}
