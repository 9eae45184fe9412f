//! `handoff`: agents take over.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Behaviour, assign, shared::call};
use crate::{
    contact::{Call, Outside, SummaryCall},
    expression::Text,
    ids::StepId,
    limits,
    message::Message,
    turn::{self, Next, Outgoing, Stop, Turn},
    who::Who,
};

/// How many messages of the conversation a model sees that writes a summary.
const HISTORY: u32 = 50;

/// Gives the conversation to an agent; the bot keeps silent until it is given back.
///
/// `text` goes to the customer, and is left out when the customer service window is closed. `summary` is for the agent: a text, or instructions by which a
/// model writes it from the conversation, in the agent's language; `{}` does without instructions. The handoff does not wait for the model: its summary follows when it comes,
/// and where none does, what the customer wrote last. The bots come back when the agent closes or, where `defaults.resume_after` is set, after that time.
///
/// ```json
/// {"type": "handoff", "to": {"team": "sales"}, "text": "Vou chamar alguém do time.", "summary": "Interesse: {{ vars.product }}", "resume": "survey"}
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Handoff {
    /// Who takes over. Left out: whoever answers first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<Who>,
    /// What the customer reads: up to 4,096 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("x-limit" = limits::TEXT))]
    pub text: Option<Text>,
    /// What the agent should know; never sent to the customer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub summary: Option<Summary>,
    /// Where the bot goes on when the agent closes, or `defaults.resume_after` is over. Left out: the bot ends with the handoff.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resume: Option<StepId>,
}

/// A text, or instructions for a model.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum Summary {
    Text(Text),
    Model {
        /// What the model should tell the agent about the conversation. Left out: who the customer is, what they want, what was promised, and
        /// what is still open.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        instructions: Option<Text>,
    },
}

impl Handoff {
    fn summary(&self, turn: &Turn<'_>, to: Option<&Who>) -> Result<Option<turn::Summary>, Stop> {
        Ok(match &self.summary {
            None => None,
            Some(Summary::Text(text)) => {
                Some(turn.own_text(text)?).filter(|text| !text.trim().is_empty()).map(turn::Summary::Text)
            }
            Some(Summary::Model { instructions }) => {
                let instructions = instructions.as_ref().map(|own| call::instructions(turn, own)).transpose()?;
                let own = turn.bot().map_or("en", |bot| bot.document.language.as_str());
                let language = to.and_then(|to| turn.environment().language_of(to)).unwrap_or(own);
                Some(turn::Summary::Call(Box::new(Call::Summary(SummaryCall {
                    instructions: instructions.unwrap_or_default(),
                    customer: turn.contact().display_name().map(str::to_owned),
                    language: language.into(),
                    text: call::said(turn).unwrap_or_default(),
                    history: HISTORY,
                    number: turn.state.number.clone(),
                    since: call::since(turn),
                    deadline: call::AI_DEADLINE,
                }))))
            }
        })
    }
}

impl Behaviour for Handoff {
    fn run(&self, turn: &mut Turn<'_>) -> Result<Next, Stop> {
        if let Some(text) = turn.optional_text("text", self.text.as_ref())? {
            turn.send(Outgoing { message: Message::Text { text }, template: None, outside: Outside::Skip })?;
        }
        let to = self.to.as_ref().map(|to| assign::chosen(turn, to)).transpose()?;
        let summary = self.summary(turn, to.as_ref())?;
        Ok(Next::Handoff(turn::Handoff { to, summary, resume: self.resume.is_some() }))
    }

    fn released(&self, turn: &mut Turn<'_>) -> Result<Next, Stop> {
        turn.branch(self.resume.as_ref(), "the conversation was given back");
        Ok(Next::Go(self.resume.clone()))
    }

    fn next(&self) -> Option<&StepId> {
        self.resume.as_ref()
    }
}
