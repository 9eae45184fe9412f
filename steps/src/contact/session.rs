//! Running bots: sessions, the bots in them, and what they wait for.

use super::*;

/// A running bot.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Session {
    pub id: SessionId,
    pub number: NumberId,
    pub started: Moment,
    /// Last time that it ran: it expires when idle for longer than the bot says.
    pub active: Moment,
    /// What started it.
    pub trigger: TriggerRecord,
    /// The bots in it: the last one runs, those before wait for it to come back.
    pub frames: Vec<Frame>,
    /// What its messages are expected to cost so far, in the account's currency.
    #[serde(default, skip_serializing_if = "is_default")]
    pub spent: f64,
    /// What models used for it so far.
    #[serde(default, skip_serializing_if = "is_default")]
    pub tokens: u64,
    /// What the customer wrote while a call was under way: answers to what the bot says next. Bounded by [`MAX_DEFERRED`].
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub deferred: Vec<crate::event::Inbound>,
}

impl Session {
    /// The bot that runs.
    pub fn frame(&self) -> Option<&Frame> {
        self.frames.last()
    }

    pub fn frame_mut(&mut self) -> Option<&mut Frame> {
        self.frames.last_mut()
    }

    /// The customer's next message is taken: what models did for the one before is over.
    pub fn forget_tool_calls(&mut self) {
        self.frames.iter_mut().for_each(|frame| frame.tool_calls.clear());
    }
}

/// What `trigger` reads.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct TriggerRecord {
    pub on: CompactString,
    #[serde(default, skip_serializing_if = "Value::is_null")]
    pub data: Value,
}

/// The word in `trigger.on` of a session that a tap on an old message began.
pub const OLD_TAP: &str = "old_tap";

/// The word in `trigger.on` of a session that took the place of one of an older version, at the customer's message.
pub const RESTART: &str = "restart";

impl TriggerRecord {
    /// Whether the customer's own message started the session.
    pub fn by_customer(&self) -> bool {
        matches!(&*self.on, "conversation" | "message" | "ad" | "flow_submitted" | OLD_TAP | RESTART)
    }
}

/// One bot of a session, with its place and its variables.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Frame {
    /// Tells the bots of a session apart, those that came and went included: 0 is the one that it started with.
    #[serde(default, skip_serializing_if = "is_default")]
    pub id: u32,
    pub bot: BotId,
    pub version: Version,
    pub step: StepId,
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub vars: Map<String, Value>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wait: Option<Wait>,
    /// The customer's last answer: what `save` keeps.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answer: Option<Value>,
    /// The last answers of a form.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub flow: Map<String, Value>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<ErrorRecord>,
    /// On a path that began by `defaults.failed`: a further failure ends the session.
    #[serde(default, skip_serializing_if = "is_default")]
    pub failing: bool,
    /// The tools that models called since the customer last wrote. Bounded by
    /// [`MAX_TOOL_CALLS`](crate::step::ai_reply::MAX_TOOL_CALLS).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tool_calls: Vec<ToolCall>,
}

/// What `error` reads.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ErrorRecord {
    pub name: CompactString,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<i64>,
    pub text: String,
    pub step: CompactString,
}

/// What a session waits for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Wait {
    /// The customer's answer to the frame's step.
    Answer(AnswerWait),
    /// The first of several to happen (`wait`).
    First(FirstWait),
    /// The result of a call.
    Call { entry: EntryId },
    /// The bot that this one called.
    Child,
    /// A person, after `handoff` with `resume`.
    Human,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct AnswerWait {
    /// The timer of `timeout`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timer: Option<EntryId>,
    /// How often the question was asked again.
    #[serde(default, skip_serializing_if = "is_default")]
    pub attempts: u32,
    /// The step's own message was not seen: a template stands in, or it is held until the customer writes.
    #[serde(default, skip_serializing_if = "is_default")]
    pub stand_in: bool,
    /// Which page of a long menu is shown.
    #[serde(default, skip_serializing_if = "is_default")]
    pub page: u32,
    /// Options that came from an expression, as they were shown; options written in the bot are read from it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub shown: Vec<Shown>,
}

/// An option made by `each`, as the customer saw it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Shown {
    pub key: CompactString,
    pub title: String,
    pub value: Value,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct FirstWait {
    /// Timers, by the index of the alternative.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub timers: Vec<(EntryId, usize)>,
    /// The send whose status is awaited.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub send: Option<EntryId>,
    /// The alternatives that are no times.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<usize>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delivered: Option<usize>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub read: Option<usize>,
}
