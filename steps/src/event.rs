//! Whatever can change a contact: a customer's message, a status, a due time, a trigger, the result of a send or call, an agent's
//! command, a merge. A channel makes the first two kinds; the server makes the others; the interpreter's `turn` takes them all.

mod content;

use compact_str::CompactString;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

pub use content::{Content, InboundMedia, Order, OrderItem};

use crate::{
    asked::Asked,
    ids::{BotId, ContactId, EntryId, EventId, MessageId, NumberId, SessionId, StepId, TaskId},
    moment::Moment,
    trigger::Owned,
    who::Who,
};

/// One event of one contact.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Event {
    pub id: EventId,
    /// The business's number that it belongs to. Events that belong to none (a due time) carry the default number.
    pub number: NumberId,
    pub kind: EventKind,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[expect(
    clippy::large_enum_variant,
    reason = "a customer's message is the common case; a box would cost an allocation at every one"
)]
pub enum EventKind {
    Message(Inbound),
    Status(Status),
    /// A time has come: the contact's due entries run.
    Due,
    /// The server began anew, alone on its store: calls that others than this process were making are made by nobody any more.
    Restarted {
        process: CompactString,
    },
    Trigger(Trigger),
    /// The channel answered a send.
    Sent {
        entry: EntryId,
        /// When the entry was queued: [`Status::queued`].
        #[serde(default, skip_serializing_if = "Option::is_none")]
        queued: Option<Moment>,
        /// Which try it was, from 1. None: it is the present one, whichever that is.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        attempt: Option<u32>,
        outcome: SendOutcome,
    },
    /// A call (`http`, `ai_*`) came back.
    Called {
        entry: EntryId,
        /// When the entry was queued: [`Status::queued`].
        #[serde(default, skip_serializing_if = "Option::is_none")]
        queued: Option<Moment>,
        result: CallResult,
        /// What a model was asked for it, where one was.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        asked: Option<Box<Asked>>,
    },
    /// A write to the CRM came back.
    Written {
        entry: EntryId,
        /// When the entry was queued: [`Status::queued`].
        queued: Moment,
        written: crate::crm::Written,
    },
    /// A person of the business did something.
    Agent(AgentCommand),
    /// A person's message from the phone app (Coexistence, `smb_message_echoes`): a human's answer.
    Echo {
        message_id: MessageId,
        at: Moment,
        content: Content,
    },
    /// Meta tells of a change of number or user id.
    Identity(IdentityChange),
    /// The customer's own choice in WhatsApp's settings (`user_preferences`): marketing messages on or off.
    MarketingPreference {
        opted_in: bool,
        at: Moment,
    },
    /// A contact that turned out to be this one hands its content over.
    Merge {
        from: ContactId,
        content: Value,
    },
}

/// Who wrote, by every name that the channel gives.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Identity {
    /// Business-scoped user id (`US.…`); since 2026 the strongest alias.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_id: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent_user_id: Option<String>,
    /// Digits as WhatsApp writes them; can differ from the phone number (Brazil's ninth digit, Argentina's 9, Mexico's 1).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wa_id: Option<String>,
    /// E.164 with `+`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub username: Option<String>,
    /// What the customer calls themself: any text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}

/// A customer's message.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Inbound {
    pub id: MessageId,
    /// The customer's timestamp, to the second; opens the window from here.
    pub at: Moment,
    pub from: Identity,
    pub content: Content,
    /// The message that this one answers or whose option was tapped.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reply_to: Option<MessageId>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub forwarded: bool,
    /// The ad or page button that the conversation came from; given once, opens the free entry point.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub referral: Option<Referral>,
    /// `{catalog_id, product_retailer_id}` of a question on a product.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub product: Option<Value>,
    /// Written in a group. A bot for customers leaves groups alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<String>,
    /// Meta's own agent answers this conversation (`standby`): the bot keeps silent.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub standby: bool,
}

/// Where the conversation came from (click-to-WhatsApp ad or post).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Referral {
    /// `ad` or `post`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source_type: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source_id: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source_url: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub headline: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body: Option<String>,
    /// Click id for Meta's conversions API; missing for ads placed in Status.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ctwa_clid: Option<String>,
}

/// What became of a message that we sent.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Status {
    pub message_id: MessageId,
    pub state: Delivery,
    pub at: Moment,
    /// Which of our entries it was: what we put into `biz_opaque_callback_data`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub entry: Option<EntryId>,
    /// When that entry was queued. A store that lost its last commits gives their ids again: what comes back for a lost entry is not
    /// for the one that has its id now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub queued: Option<Moment>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<ChannelError>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pricing: Option<Pricing>,
}

/// How far a message came. Ordered as a lattice: what comes later or repeats never steps back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Delivery {
    Sent,
    /// Final, but only for what was not delivered: a failure after `delivered` is ignored.
    Failed,
    Delivered,
    Read,
    Played,
}

/// What Meta says it charged.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pricing {
    /// `PMP` by message, `CBP` by conversation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    /// `regular`, `free_customer_service`, `free_entry_point`.
    #[serde(default, skip_serializing_if = "Option::is_none", rename = "type")]
    pub kind: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub category: Option<String>,
}

/// An error of the channel, as `error.*` reads it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChannelError {
    pub code: i64,
    /// A stable word for branches and alerts: `window_closed`, `bad_number`, `rate_limit`, …
    pub name: String,
    /// What the channel said; may name a template or parameter, never the customer's words.
    pub text: String,
    /// What to do about it.
    pub reaction: Reaction,
}

/// The right reaction to a channel's error (`whatsapp-cloud-api` §16).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reaction {
    /// Back off and repeat.
    Retry,
    /// The window is closed: send the template, if there is one.
    Template,
    /// Do not repeat; the step's `failed`.
    Drop,
    /// Pause the number or the account and tell the team.
    Stop,
    /// An error of programming or configuration; the step's `failed`, and tell the team.
    Fix,
    /// Another step could do (a form that is blocked, a type that the client can't show): the step's `failed`.
    Fallback,
}

/// What the channel answered to a send.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "outcome", rename_all = "snake_case")]
pub enum SendOutcome {
    /// Accepted, not delivered. `wa_id` and `user_id` as the channel knows the recipient.
    Accepted {
        message_id: MessageId,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        wa_id: Option<String>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        user_id: Option<String>,
    },
    /// Refused for good.
    Refused(ChannelError),
    /// Refused for now: to be repeated after so many milliseconds.
    Deferred { error: ChannelError, after: i64 },
    /// It did not go to the channel, for its number rests or has more to send than it may: to be repeated after so many milliseconds,
    /// and no try is lost.
    Postponed { error: ChannelError, after: i64 },
    /// Cut off: nobody knows whether it was accepted. Settled by a status, or sent again after a while.
    Unknown,
}

/// What starts a bot, besides a message.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "on", rename_all = "snake_case")]
pub enum Trigger {
    /// A lead entered a stage.
    Stage {
        /// What the caller knows of the lead; merged before the bots start.
        lead: LeadData,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        previous_stage: Option<String>,
        /// The lead was created in this stage.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        created: bool,
    },
    /// The API, a broadcast or the terminal starts one bot.
    Run {
        bot: BotId,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        start: Option<StepId>,
        #[serde(default, skip_serializing_if = "Map::is_empty")]
        variables: Map<String, Value>,
        #[serde(default, skip_serializing_if = "Value::is_null")]
        data: Value,
    },
    /// A preview starts a bot, whatever the bot's triggers say.
    Preview {
        bot: BotId,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        start: Option<StepId>,
        #[serde(default, skip_serializing_if = "Map::is_empty")]
        variables: Map<String, Value>,
    },
    /// A schedule's time came for this contact.
    Schedule { bot: BotId, trigger: usize },
    /// The CRM tells of a lead, of its contact, or hands a conversation over.
    Crm(Box<crate::crm::CrmNews>),
    /// Fields set over the API; fires `field` triggers.
    Fields { fields: Map<String, Value> },
    /// Tags put on or taken off over the API; fires `tag` triggers.
    Tags {
        of: crate::trigger::Owned,
        #[serde(default)]
        add: Vec<String>,
        #[serde(default)]
        remove: Vec<String>,
    },
}

/// A lead as a pipeline hands it over.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct LeadData {
    pub id: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pipeline: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stage: Option<String>,
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub fields: Map<String, Value>,
    /// The contact's name, where the pipeline knows it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contact_name: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contact_phone: Option<String>,
}

/// A call that came back: its result, and what a model was asked for it, where one was.
#[derive(Clone, Debug, PartialEq)]
pub struct Answered {
    pub result: CallResult,
    pub asked: Option<Box<Asked>>,
}

impl From<CallResult> for Answered {
    fn from(result: CallResult) -> Self {
        Answered { result, asked: None }
    }
}

/// What a call brought back.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "result", rename_all = "snake_case")]
pub enum CallResult {
    /// An HTTP answer of any status. `json` when the body is JSON.
    Http {
        status: u16,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        json: Option<Value>,
        #[serde(default, skip_serializing_if = "String::is_empty")]
        text: String,
    },
    /// `find` looked; None: there is no such thing.
    Found { found: Option<Box<crate::catalog::Found>> },
    /// `ai_route` chose an intent; None: none fits.
    Intent { intent: Option<String> },
    /// `ai_extract` found values by path; empty: nothing found.
    Fields { fields: Map<String, Value> },
    /// `ai_reply` wrote an answer; None: it can't help.
    Text { text: Option<String> },
    /// `ai_reply` calls a tool, with values by path.
    Tool {
        name: String,
        #[serde(default)]
        arguments: Map<String, Value>,
    },
    /// No answer at all, or past its deadline.
    Failed { name: String, text: String },
}

/// What a person of the business does in a conversation.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "command", rename_all = "snake_case")]
pub enum AgentCommand {
    /// Takes the conversation from the bot, for a user or team.
    Handoff {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        to: Option<Who>,
    },
    /// Gives it back to the bot. `close` ends the conversation too.
    Release {
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        close: bool,
    },
    /// A message that an agent writes in the inbox; goes out like a bot's.
    Message {
        text: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        by: Option<String>,
    },
    /// Makes a task for somebody.
    AddTask {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        kind: Option<CompactString>,
        text: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        due: Option<Moment>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        owner: Option<Who>,
        /// The lead that it is for; None: the current one, where there is one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        lead: Option<CompactString>,
        /// Who makes it: a user's id.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        by: Option<CompactString>,
    },
    /// Completes a task.
    CompleteTask {
        task: TaskId,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        result: Option<String>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        by: Option<CompactString>,
    },
    /// Writes a note.
    AddNote {
        on: Owned,
        text: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        by: Option<CompactString>,
    },
    /// Makes subscribers of the conversation, and takes others off before; `remove_all`: all that there are.
    Subscribe {
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        add: Vec<Who>,
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        remove: Vec<Who>,
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        remove_all: bool,
    },
    /// Ends one session, those of one bot, or all.
    Stop {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        bot: Option<BotId>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        session: Option<SessionId>,
    },
}

/// A customer's number or user id changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct IdentityChange {
    pub at: Moment,
    /// The new names; those of the old that still hold stay.
    pub new: Identity,
    pub old: Identity,
}
