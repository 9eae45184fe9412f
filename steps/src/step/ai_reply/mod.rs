//! `ai_reply`: a model answers the customer.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

mod leak;
mod links;
mod markup;
mod parts;
mod reasoning;
mod tools;

use super::{
    Behaviour,
    shared::{Save, Sending, call},
};
use crate::{
    contact::{AiReplyCall, Call, Outside},
    event::CallResult,
    expression::{Duration, Locals, Text},
    ids::StepId,
    limits,
    message::Message,
    turn::{Dispatched, Failure, Next, Outgoing, Stop, Turn},
};

pub use leak::LEAK_LETTERS;
pub use links::Host;
pub use tools::{CANNOT_HELP, MAX_TOOL_CALLS, ReplyTool};

/// How many messages of the conversation the model sees where the step says nothing.
const HISTORY: u32 = 20;

/// The most messages of the conversation that a model is shown.
pub const MAX_HISTORY: u32 = 200;

/// The most tools of one step: models choose badly among more, and each is paid for at every call.
pub const MAX_TOOLS: usize = 20;

/// The most messages that one answer may become: a model that writes more has lost its thread.
pub const MAX_PARTS: usize = 5;

/// Lets a model answer the customer, by instructions and knowledge.
///
/// The answer is sent, with WhatsApp's markup where it has Markdown's; a long one becomes several messages, cut at the ends of paragraphs (4,096 characters each, 5 messages at most). With `save` it is kept and not sent.
/// With `otherwise` the model may say that it can't help. The bot waits for 30 seconds where `deadline` says nothing, 2 minutes at most.
///
/// With `tools` the model may do what the bot lets it: a tool keeps values where it says, and leads to a step. One tool is taken for an answer, the first;
/// a text beside it is not sent. Nothing is kept where a value does not fit: the step takes `failed`, as it does after 5 tools for one message of the customer.
///
/// What the model thought (`<think>…</think>`) is taken out of its answer. An answer that shows nothing, and one that repeats 100 letters of the
/// instructions, is not sent, and takes `failed`.
///
/// ```json
/// {"type": "ai_reply", "instructions": "Answer briefly, in the customer's language. Never promise prices.", "knowledge": ["faq"], "history": 10, "tools": [{"name": "book", "description": "Books a table; take it once the customer has named a day.", "parameters": {"vars.day": {"type": "date", "description": "the day"}}, "goto": "book"}], "links": ["shop.example"], "next": "anything_else", "otherwise": "to_human"}
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct AiReply {
    /// What the model should do and leave.
    pub instructions: Text,
    /// Sources of the bot's `knowledge`, or of the settings', by name: the passages in them that fit the customer's question are shown to the model.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(extend("items" = {"type": "string", "x-kind": "knowledge"}))]
    pub knowledge: Vec<String>,
    /// How many messages of the conversation the model sees. Left out: 20; at most 200.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 0, max = MAX_HISTORY))]
    pub history: Option<u32>,
    /// The model that is asked. Left out: the server's model.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("x-kind" = "model"))]
    pub model: Option<String>,
    /// The longest answer, in the model's tokens.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1))]
    pub max_tokens: Option<u32>,
    /// How long the bot waits. Left out: `30s`; at most `2m`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deadline: Option<Duration>,
    /// What the model may do besides answering.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = MAX_TOOLS))]
    pub tools: Vec<ReplyTool>,
    /// The hosts that an answer may link to, with their subdomains, such as `shop.example`. A link to any other, and an e-mail address there, is taken out;
    /// its words stay. Left out: all links stay.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub links: Option<Vec<Host>>,
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
    /// The answer as it may leave the bot: without what only the model should see, its thoughts among it, and without links to other hosts.
    fn fit_to_send(&self, turn: &mut Turn<'_>, call: &Call, answer: &str) -> Result<String, Stop> {
        let answer = reasoning::without(&call::without_marks(answer));
        if !markup::shows_something(&answer) {
            return Err(Failure::new("ai_malformed", "the model's answer is empty").into());
        }
        if let Call::AiReply(call) = call
            && leak::repeats(&call.instructions, &answer)
        {
            return Err(Failure::new("ai_leak", "the model's answer repeats its instructions, so it is not sent").into());
        }
        let Some(hosts) = &self.links else { return Ok(answer) };
        let (answer, taken) = links::without_others(&answer, hosts);
        for host in taken {
            turn.branch(None, format!("a link to {host:?} is taken out of the answer: `links` does not name that host"));
        }
        if !markup::shows_something(&answer) {
            return Err(Failure::new("ai_malformed", "nothing is left of the model's answer without its links").into());
        }
        Ok(answer)
    }

    /// Sends the answer, in as many messages as it needs.
    fn send(&self, turn: &mut Turn<'_>, answer: &str) -> Result<Next, Stop> {
        let parts = parts::parts(&markup::as_chat(answer), limits::TEXT);
        if parts.len() > MAX_PARTS {
            let text = format!("the model's answer takes {} messages; {MAX_PARTS} are the most", parts.len());
            return Err(Failure::new("too_large", text).into());
        }
        if parts.iter().any(|part| limits::length(part) > limits::TEXT) {
            return Err(Failure::new("too_large", "a link in the model's answer is longer than a message may be").into());
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
            instructions: call::instructions(turn, &self.instructions)?,
            text: call::said(turn).unwrap_or_default(),
            knowledge: self.knowledge.clone(),
            bot: turn.bot().map(|bot| bot.id.clone()).filter(|_| !self.knowledge.is_empty()),
            history: self.history.unwrap_or(HISTORY).min(MAX_HISTORY),
            number: turn.state.number.clone(),
            since: call::since(turn),
            model: self.model.clone(),
            max_tokens: self.max_tokens,
            tools: tools::offered(&self.tools, turn)?,
            tool_calls: tools::called(&self.tools, turn)?,
            may_decline: self.otherwise.is_some(),
            deadline: call::deadline(self.deadline, call::AI_DEADLINE),
        };
        Ok(Next::Call(Box::new(Call::AiReply(call))))
    }

    fn resume(&self, turn: &mut Turn<'_>, call: &Call, result: &CallResult) -> Result<Next, Stop> {
        let text = match result {
            CallResult::Text { text } => text,
            CallResult::Tool { name, arguments } => return tools::call(&self.tools, turn, name, arguments),
            other => return Err(call::failed(other)),
        };
        let Some(text) = text else {
            let to = self.otherwise.as_ref().or(self.sending.next.as_ref());
            turn.branch(to, "the model can't help");
            return Ok(Next::Go(to.cloned()));
        };
        let text = self.fit_to_send(turn, call, text)?;
        match &self.save {
            Some(save) => {
                let answer = Value::from(text.as_str());
                let locals = Locals::default().with("answer", &answer).with("reply", &json!({"text": text}));
                save.keep(turn, &answer, &locals)?;
                Ok(Next::Go(self.sending.next.clone()))
            }
            None => self.send(turn, &text),
        }
    }

    fn sending(&self) -> Option<&Sending> {
        self.save.is_none().then_some(&self.sending)
    }

    fn next(&self) -> Option<&StepId> {
        self.sending.next.as_ref()
    }
}
