//! `ai_reply`: a model answers the customer.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{
    Behaviour,
    shared::{Save, Sending, call},
};
use crate::{
    contact::{AiReplyCall, Call, Outside},
    data::Data,
    event::CallResult,
    expression::{Duration, Locals, Text},
    ids::StepId,
    limits,
    message::Message,
    turn::{Dispatched, Failure, Next, Outgoing, Stop, Turn},
};

/// How many messages of the conversation the model sees where the step says nothing.
const HISTORY: u32 = 20;

/// The most messages of the conversation that a model is shown.
pub const MAX_HISTORY: u32 = 200;

/// The most messages that one answer may become: a model that writes more has lost its thread.
pub const MAX_PARTS: usize = 5;

/// Lets a model answer the customer, by instructions and knowledge.
///
/// The answer is sent; a long one becomes several messages, cut at the ends of paragraphs (4,096 characters each, 5 messages at most). With `save` it is kept and not sent.
/// With `otherwise` the model may say that it can't help. The bot waits for 30 seconds where `deadline` says nothing, 2 minutes at most.
///
/// ```json
/// {"type": "ai_reply", "instructions": "Answer briefly, in the customer's language. Never promise prices.", "knowledge": ["faq"], "history": 10, "next": "anything_else", "otherwise": "to_human"}
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct AiReply {
    /// What the model should do and leave.
    pub instructions: Text,
    /// Sources of the bot's `knowledge`, by name.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(extend("items" = {"type": "string", "x-kind": "knowledge"}))]
    pub knowledge: Vec<String>,
    /// How many messages of the conversation the model sees. Left out: 20; at most 200.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 0, max = MAX_HISTORY))]
    pub history: Option<u32>,
    /// Left out: the server's model.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    /// The longest answer, in the model's tokens.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1))]
    pub max_tokens: Option<u32>,
    /// How long the bot waits. Left out: `30s`; at most `2m`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deadline: Option<Duration>,
    /// Functions that the model may ask for, each with `name`, `description` and `parameters`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tools: Vec<Data>,
    /// Where the answer is kept, instead of being sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub save: Option<Save>,
    /// Where the bot goes when the model can't help. Left out: the model has to answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub otherwise: Option<StepId>,
    #[serde(flatten)]
    pub sending: Sending,
}

impl AiReply {
    /// Sends the answer, in as many messages as it needs.
    fn send(&self, turn: &mut Turn<'_>, answer: &str) -> Result<Next, Stop> {
        let parts = parts(answer, limits::TEXT);
        if parts.len() > MAX_PARTS {
            let text = format!("the model's answer takes {} messages; {MAX_PARTS} are the most", parts.len());
            return Err(Failure::new("too_large", text).into());
        }
        let mut template = self.sending.stand_in(turn)?;
        let mut outside = self.sending.outside(turn);
        for text in parts {
            let message = Message::Text { text };
            match turn.send(Outgoing { message, template: template.take(), outside: outside.clone() })? {
                Dispatched::Goto(step) => return Ok(Next::Go(Some(step))),
                Dispatched::Skipped | Dispatched::Queued { stand_in: true, .. } => break,
                Dispatched::Queued { .. } | Dispatched::Held { .. } => {}
            }
            // What stands in for the first part stands for all of them: should the window close meanwhile, the rest is not sent.
            outside = if outside == Outside::Hold { Outside::Hold } else { Outside::Skip };
        }
        Ok(Next::Go(self.sending.next.clone()))
    }
}

impl Behaviour for AiReply {
    fn run(&self, turn: &mut Turn<'_>) -> Result<Next, Stop> {
        let call = AiReplyCall {
            instructions: turn.own_text(&self.instructions)?,
            text: call::said(turn).unwrap_or_default(),
            knowledge: self.knowledge.clone(),
            history: self.history.unwrap_or(HISTORY).min(MAX_HISTORY),
            model: self.model.clone(),
            max_tokens: self.max_tokens,
            tools: self.tools.iter().map(|tool| turn.data(tool)).collect::<Result<_, _>>()?,
            may_decline: self.otherwise.is_some(),
            deadline: call::deadline(self.deadline, call::AI_DEADLINE),
        };
        Ok(Next::Call(Call::AiReply(call)))
    }

    fn resume(&self, turn: &mut Turn<'_>, result: &CallResult) -> Result<Next, Stop> {
        let CallResult::Text { text } = result else { return Err(call::failed(result)) };
        let Some(text) = text.as_deref().map(str::trim).filter(|text| !text.is_empty()) else {
            let to = self.otherwise.as_ref().or(self.sending.next.as_ref());
            turn.branch(to, "the model can't help");
            return Ok(Next::Go(to.cloned()));
        };
        match &self.save {
            Some(save) => {
                let locals = Locals::default().with("answer", &Value::from(text)).with("reply", &json!({"text": text}));
                save.keep(turn, &Value::from(text), &locals)?;
                Ok(Next::Go(self.sending.next.clone()))
            }
            None => self.send(turn, text),
        }
    }

    fn sending(&self) -> Option<&Sending> {
        self.save.is_none().then_some(&self.sending)
    }

    fn next(&self) -> Option<&StepId> {
        self.sending.next.as_ref()
    }
}

/// A text in pieces of at most `limit` characters, cut at the end of a paragraph, else of a line, a sentence, a word.
fn parts(text: &str, limit: usize) -> Vec<String> {
    let mut parts = Vec::new();
    let mut rest = text.trim();
    while limits::length(rest) > limit {
        let whole = limits::cut(rest, limit);
        let end = ["\n\n", "\n", ". ", " "].iter().find_map(|end| {
            // A dot stays with its sentence. An end near the beginning would make a tiny message.
            let position = whole.rfind(end).map(|position| position + end.trim_end().len());
            position.filter(|position| *position > whole.len() / 4)
        });
        let (part, after) = rest.split_at(end.unwrap_or(whole.len()));
        parts.push(part.trim_end().to_owned());
        rest = after.trim_start();
    }
    if !rest.is_empty() {
        parts.push(rest.to_owned());
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_answers_are_cut_where_a_reader_would_pause() {
        assert_eq!(parts("one", 10), ["one"]);
        assert_eq!(parts("first paragraph\n\nsecond one", 20), ["first paragraph", "second one"]);
        assert_eq!(parts("a line\nanother line", 15), ["a line", "another line"]);
        assert_eq!(parts("One sentence. Another one.", 18), ["One sentence.", "Another one."]);
        assert_eq!(parts("several words here", 10), ["several", "words here"]);
        assert_eq!(parts("abcdefghij", 4), ["abcd", "efgh", "ij"]);
        assert_eq!(parts("  ", 4), Vec::<String>::new());
    }

    #[test]
    fn nothing_is_lost_and_no_part_is_too_long() {
        let text = "Olá! É um texto longo. ".repeat(500);
        let parts = parts(&text, limits::TEXT);
        assert!(parts.iter().all(|part| limits::length(part) <= limits::TEXT));
        assert_eq!(parts.join(" "), text.trim());
    }
}
