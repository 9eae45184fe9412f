//! `internal_message`: a message to the team.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Behaviour, assign};
use crate::{
    expression::Text,
    fact::Fact,
    ids::StepId,
    turn::{Failure, Next, Stop, Turn},
    who::Who,
};

/// Writes a message to the team. The customer never sees it.
///
/// It appears in the conversation for those whom `to` names, else for the conversation's subscribers. It needs no window and costs nothing.
///
/// ```json
/// {"type": "internal_message", "text": "{{ contact.name }} quer falar com vendas", "to": [{"team": "sales"}], "next": "done"}
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct InternalMessage {
    pub text: Text,
    /// Who reads it. Left out: the conversation's subscribers.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(min = 1))]
    pub to: Vec<Who>,
    /// Where the bot goes on. Left out: the bot ends here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<StepId>,
}

impl Behaviour for InternalMessage {
    fn run(&self, turn: &mut Turn<'_>) -> Result<Next, Stop> {
        // Agents read the bot's own language, whatever the customer speaks.
        let text = turn.own_text(&self.text)?;
        if text.trim().is_empty() {
            return Err(Failure::new("empty", "the message's text is empty").into());
        }
        let to = match self.to.as_slice() {
            [] => turn.state.conversation().map(|conversation| conversation.subscribers.clone()).unwrap_or_default(),
            to => to.iter().map(|who| assign::chosen(turn, who)).collect::<Result<_, _>>()?,
        };
        turn.facts.push(Fact::Internal { to, text });
        Ok(Next::Go(self.next.clone()))
    }

    fn next(&self) -> Option<&StepId> {
        self.next.as_ref()
    }
}
