//! `handoff`: people take over.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Behaviour, assign, shared::call};
use crate::{
    contact::{AiReplyCall, Call, Outside},
    event::CallResult,
    expression::Text,
    ids::StepId,
    message::Message,
    turn::{Next, Outgoing, Stop, Turn},
    who::Who,
};

/// How many messages of the conversation a model sees that writes a summary.
const HISTORY: u32 = 50;

/// Gives the conversation to people; the bot keeps silent until they give it back.
///
/// `text` goes to the customer, and is left out when the customer service window is closed. `summary` is for the colleague: a text, or instructions by which a
/// model writes it. Without a model the conversation is handed over without a summary.
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
    pub text: Option<Text>,
    /// What the colleague should know.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub summary: Option<Summary>,
    /// Where the bot goes on when the colleague closes. Left out: the bot ends with the handoff.
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
    fn hand_over(&self, turn: &mut Turn<'_>, summary: Option<String>) -> Result<Next, Stop> {
        let to = self.to.as_ref().map(|to| assign::chosen(turn, to)).transpose()?;
        let summary = summary.filter(|summary| !summary.trim().is_empty());
        Ok(Next::Handoff { to, summary, resume: self.resume.is_some() })
    }
}

impl Behaviour for Handoff {
    fn run(&self, turn: &mut Turn<'_>) -> Result<Next, Stop> {
        if let Some(text) = turn.optional_text("text", self.text.as_ref())? {
            turn.send(Outgoing { message: Message::Text { text }, template: None, outside: Outside::Skip })?;
        }
        match &self.summary {
            None => self.hand_over(turn, None),
            Some(Summary::Text(text)) => {
                let summary = turn.own_text(text)?;
                self.hand_over(turn, Some(summary))
            }
            Some(Summary::Model { instructions }) => Ok(Next::Call(Call::AiReply(AiReplyCall {
                instructions: turn.own_text(instructions)?,
                text: call::said(turn).unwrap_or_default(),
                knowledge: Vec::new(),
                history: HISTORY,
                model: None,
                max_tokens: None,
                tools: Vec::new(),
                may_decline: false,
                deadline: call::AI_DEADLINE,
            }))),
        }
    }

    fn resume(&self, turn: &mut Turn<'_>, result: &CallResult) -> Result<Next, Stop> {
        match result {
            CallResult::Text { text } => self.hand_over(turn, text.clone()),
            // The customer asked for a person: a model that fails must not stand in the way.
            CallResult::Failed { text, .. } => {
                turn.branch(None, format!("no summary: {text}"));
                self.hand_over(turn, None)
            }
            other => Err(call::failed(other)),
        }
    }

    fn released(&self, turn: &mut Turn<'_>) -> Result<Next, Stop> {
        turn.branch(self.resume.as_ref(), "the conversation was given back");
        Ok(Next::Go(self.resume.clone()))
    }

    fn next(&self) -> Option<&StepId> {
        self.resume.as_ref()
    }
}
