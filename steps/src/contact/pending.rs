//! What is still to be done for a contact: sends, calls, writes to a CRM, timers.

use super::*;
use crate::{
    catalog::{FindIn, Nearness},
    event::{Inbound, InboundMedia},
    moment::SECOND,
};

/// Something to be done, in the order of the conversation.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Pending {
    pub id: EntryId,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session: Option<SessionId>,
    pub work: Work,
}

impl Pending {
    /// When a worker has to look at it. None: something else has to happen first (a held send, a call that runs).
    pub fn due(&self) -> Option<Moment> {
        match &self.work {
            Work::Send(send) if send.held => None,
            Work::Send(send) => Some(send.claim.as_ref().map_or(send.due, |claim| claim.until)),
            Work::Call(call) => Some(call.claim.as_ref().map_or(call.due, |claim| claim.until)),
            Work::Write(write) => Some(write.claim.as_ref().map_or(write.due, |claim| claim.until)),
            Work::Timer(timer) => Some(timer.due),
        }
    }
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Work {
    Send(Box<PendingSend>),
    Call(Box<PendingCall>),
    /// To a CRM.
    Write(Box<crate::crm::PendingWrite>),
    Timer(Timer),
}

/// Taken by a process that does it now; after `until` nobody knows what became of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Claim {
    pub by: CompactString,
    pub until: Moment,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PendingSend {
    pub number: NumberId,
    /// The step that sends; none for an agent's message.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub step: Option<StepId>,
    pub message: Message,
    /// What goes out instead when the window is closed by then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub template: Option<TemplateMessage>,
    /// What becomes of a free-form message when the window is closed by then and there is no template.
    #[serde(default, skip_serializing_if = "is_default")]
    pub outside: Outside,
    pub queued: Moment,
    pub due: Moment,
    /// Claims that came to nothing; tells the answers to one from those to another.
    #[serde(default, skip_serializing_if = "is_default")]
    pub attempts: u32,
    /// How often it went to the channel in vain: refused for now, or cut off. Fewer than the attempts, where its number had to wait.
    #[serde(default, skip_serializing_if = "is_default")]
    pub tries: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub claim: Option<Claim>,
    /// Waits for the customer to write (`outside_window: hold`).
    #[serde(default, skip_serializing_if = "is_default")]
    pub held: bool,
    /// The frame whose step sends: [`Frame::id`].
    #[serde(default, skip_serializing_if = "is_default")]
    pub frame: u32,
    /// It was cut off once, and nobody knows whether it went out: until this moment a status may settle it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub settle_until: Option<Moment>,
    /// The customer does not wait for it: something else started the session, and they have not written since. Where a number's pace
    /// is short, replies go before it.
    #[serde(default, skip_serializing_if = "is_default")]
    pub bulk: bool,
}

/// What a step does when the window is closed and it has no template.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outside {
    /// Take the step's `failed`.
    #[default]
    Fail,
    /// Send when the customer next writes.
    Hold,
    /// Go on without sending.
    Skip,
    Goto(StepId),
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PendingCall {
    pub step: StepId,
    /// Whose call it is, which the contact may know no more when its result comes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asker: Option<Asker>,
    pub call: Call,
    /// The epoch where a call was queued before this was kept.
    #[serde(default, skip_serializing_if = "is_default")]
    pub queued: Moment,
    pub due: Moment,
    #[serde(default, skip_serializing_if = "is_default")]
    pub attempts: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub claim: Option<Claim>,
}

/// A call that a step yields; made outside of the turn.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "call", rename_all = "snake_case")]
pub enum Call {
    Http(HttpCall),
    Find(FindCall),
    AiReply(AiReplyCall),
    AiRoute(AiRouteCall),
    AiExtract(AiExtractCall),
    Summary(SummaryCall),
    Transcribe(TranscribeCall),
}

/// How long it may take to find out what was said in a voice note, in milliseconds: the customer waits, and so does what they write
/// after it.
pub const TRANSCRIPTION_DEADLINE: i64 = 30 * SECOND;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct HttpCall {
    pub method: CompactString,
    /// Filled in, but for secrets, which are marked by name until the call is made ([`crate::secrets::reveal_url`]); so in headers and body.
    pub url: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub headers: Vec<(String, String)>,
    #[serde(default, skip_serializing_if = "HttpBody::is_none")]
    pub body: HttpBody,
    /// Milliseconds for the whole call, redirects included.
    pub deadline: i64,
    /// False: once begun it is never repeated; cut off, it fails.
    pub repeat: bool,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HttpBody {
    #[default]
    None,
    Json(Value),
    Form(Vec<(String, String)>),
    Text(String),
}

impl HttpBody {
    pub fn is_none(&self) -> bool {
        matches!(self, HttpBody::None)
    }
}

/// Looks for an item of a catalogue, or for a contact.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FindCall {
    #[serde(rename = "in")]
    pub place: FindIn,
    /// `name`, `id`, `phone`, `email`, or the key of a field.
    pub by: CompactString,
    pub value: String,
    #[serde(rename = "match", default, skip_serializing_if = "is_default")]
    pub nearness: Nearness,
    /// Where contacts are looked for: the CRM's id of the one that asks.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub own: Option<CompactString>,
    pub deadline: i64,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AiReplyCall {
    pub instructions: String,
    pub text: String,
    /// Sources by name: those of [`AiReplyCall::bot`], and those of all bots.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub knowledge: Vec<String>,
    /// The bot that asks, where it names knowledge.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bot: Option<BotId>,
    /// How many messages of the conversation the model sees.
    pub history: u32,
    /// Whose they are: those with this number of the business.
    #[serde(default, skip_serializing_if = "is_default")]
    pub number: NumberId,
    /// And none from before the conversation began.
    #[serde(default, skip_serializing_if = "is_default")]
    pub since: Moment,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_tokens: Option<u32>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tools: Vec<Tool>,
    /// Those that it called since the customer last wrote, with what came of each.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tool_calls: Vec<ToolCall>,
    /// The model may say that it can't help.
    pub may_decline: bool,
    pub deadline: i64,
}

/// Something that a model may do besides answering.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Tool {
    pub name: CompactString,
    pub description: String,
    /// Path, type, description.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub parameters: Vec<(String, String, String)>,
}

/// A tool that a model called.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ToolCall {
    pub step: StepId,
    pub name: CompactString,
    /// By path, as they were kept.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub arguments: Map<String, Value>,
    /// What came of it; None: the bot has not come back from it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub result: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AiRouteCall {
    pub text: String,
    pub intents: Vec<Intent>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    pub deadline: i64,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Intent {
    pub name: String,
    pub description: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub examples: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AiExtractCall {
    pub text: String,
    /// Path, type, description.
    pub fields: Vec<(String, String, String)>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    pub deadline: i64,
}

/// A note for the person who takes a conversation over: the model is shown the conversation.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SummaryCall {
    /// What the business wants told; empty: what a colleague needs.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub instructions: String,
    /// The customer's name, where it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub customer: Option<String>,
    /// What the person reads (BCP 47).
    pub language: CompactString,
    /// The customer's last message; stands for the note where the model writes none.
    pub text: String,
    /// How many messages of the conversation the model sees.
    pub history: u32,
    /// Whose they are: those with this number of the business.
    pub number: NumberId,
    /// And none from before the conversation began.
    pub since: Moment,
    pub deadline: i64,
}

/// What was said in a recording.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TranscribeCall {
    /// The business's number that it came to: its token opens the recording.
    pub number: NumberId,
    /// The message that it came with.
    pub message: MessageId,
    pub media: InboundMedia,
    /// What is spoken (BCP 47), where the contact's language is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<CompactString>,
}

/// A message that runs when it is known what was said before it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Unheard {
    pub message: Inbound,
    /// It begins the conversation.
    #[serde(default, skip_serializing_if = "is_default")]
    pub first: bool,
    /// The call that will tell what was said in this one; none: it only waits for those before it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub call: Option<EntryId>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Timer {
    pub due: Moment,
    pub purpose: Purpose,
}

/// What a timer is for. One whose wait is gone is stale, and ignored.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Purpose {
    /// The session's wait has this timer's id.
    Wait,
    /// The session was idle for too long.
    Expire,
    /// Quick messages become one: what was gathered runs now.
    Join {
        number: NumberId,
        messages: Vec<Inbound>,
        /// They begin the conversation.
        #[serde(default, skip_serializing_if = "is_default")]
        first: bool,
    },
    /// A person did not come back within `resume_after`.
    Resume { number: NumberId },
    /// A trigger that waits: `stage` with `delay`, `silence`, `window_closing`, a schedule by a date field.
    Start {
        bot: BotId,
        trigger: usize,
        number: NumberId,
        #[serde(default, skip_serializing_if = "Value::is_null")]
        data: Value,
    },
}
