//! `handoff`: people take over.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Behaviour, assign, shared::call};
use crate::{
    contact::{AiReplyCall, Call, Outside},
    expression::Text,
    ids::StepId,
    limits,
    message::Message,
    turn::{self, Next, Outgoing, Stop, Turn},
    who::Who,
};

/// How many messages of the conversation a model sees that writes a summary.
const HISTORY: u32 = 50;

/// Gives the conversation to people; the bot keeps silent until they give it back.
///
/// `text` goes to the customer, and is left out when the customer service window is closed. `summary` is for the colleague: a text, or instructions by which a
/// model writes it. The handoff does not wait for the model: its summary follows when it comes, and without one the conversation is handed over all the same. The
/// bots come back when the colleague closes or, where `defaults.resume_after` is set, after that time.
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
    /// What the colleague should know.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub summary: Option<Summary>,
    /// Where the bot goes on when the colleague closes, or `defaults.resume_after` is over. Left out: the bot ends with the handoff.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resume: Option<StepId>,
}

/// A text, or instructions for a model.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum Summary {
    Text(Text),
    Model {
        /// What the model should tell the colleague of the conversation.
        instructions: Text,
    },
}

impl Handoff {
    fn summary(&self, turn: &Turn<'_>) -> Result<Option<turn::Summary>, Stop> {
        Ok(match &self.summary {
            None => None,
            Some(Summary::Text(text)) => {
                Some(turn.own_text(text)?).filter(|text| !text.trim().is_empty()).map(turn::Summary::Text)
            }
            Some(Summary::Model { instructions }) => Some(turn::Summary::Call(Box::new(Call::AiReply(AiReplyCall {
                instructions: turn.own_text(instructions)?,
                text: call::said(turn).unwrap_or_default(),
                knowledge: Vec::new(),
                history: HISTORY,
                model: None,
                max_tokens: None,
                tools: Vec::new(),
                may_decline: false,
                deadline: call::AI_DEADLINE,
            })))),
        })
    }
}

impl Behaviour for Handoff {
    fn run(&self, turn: &mut Turn<'_>) -> Result<Next, Stop> {
        if let Some(text) = turn.optional_text("text", self.text.as_ref())? {
            turn.send(Outgoing { message: Message::Text { text }, template: None, outside: Outside::Skip })?;
        }
        let summary = self.summary(turn)?;
        let to = self.to.as_ref().map(|to| assign::chosen(turn, to)).transpose()?;
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
