//! Facts for the journal: what a turn did, for transcripts, reports, live views and outgoing webhooks. Append-only, never read by a turn.

use compact_str::CompactString;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{
    asked::{Cost, Tokens},
    contact::Task,
    event::{ChannelError, Content, Inbound, Status},
    ids::{BotId, EntryId, MessageId, NumberId, SessionId, StepId, Version},
    message::Message,
    moment::Moment,
    trace::Trace,
    who::{Author, Who},
};

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "fact", rename_all = "snake_case")]
pub enum Fact {
    ContactCreated,
    /// A customer's message. `stale`: it came too late, and ran nothing.
    Received {
        message: Box<Inbound>,
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        stale: bool,
        /// The business's number, where the contact has to do with several.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        number: Option<NumberId>,
    },
    /// What was said in a voice note that was received before: the message as it reads now.
    Transcribed {
        message: MessageId,
        content: Box<Content>,
        /// The business's number, where the contact has to do with several.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        number: Option<NumberId>,
    },
    /// A message is to go out.
    Queued {
        entry: EntryId,
        message: Box<Message>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        session: Option<SessionId>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        step: Option<StepId>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        agent: Option<String>,
    },
    /// The channel accepted it.
    Sent {
        entry: EntryId,
        message_id: MessageId,
        at: Moment,
        expected_price: CompactString,
    },
    /// It went out as its template, because the window had closed.
    Replaced {
        entry: EntryId,
        message: Box<Message>,
    },
    Status {
        status: Box<Status>,
    },
    SendFailed {
        entry: EntryId,
        error: Box<ChannelError>,
    },
    /// It was sent again, because nobody knew whether it went out.
    SentAgain {
        entry: EntryId,
    },
    /// A message of a person in the phone app.
    Echo {
        message_id: MessageId,
        content: Box<Content>,
        /// The business's number, where the contact has to do with several.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        number: Option<NumberId>,
    },
    SessionStarted {
        session: SessionId,
        bot: BotId,
        version: Version,
        on: CompactString,
    },
    /// It tells the whole of a session, which may have begun in the same turn. Journals from before do not know all of it.
    SessionEnded {
        session: SessionId,
        bot: BotId,
        #[serde(default)]
        version: Version,
        #[serde(default)]
        number: NumberId,
        /// What started it, and when.
        #[serde(default)]
        on: CompactString,
        #[serde(default)]
        started: Moment,
        outcome: CompactString,
        status: CompactString,
        #[serde(default, skip_serializing_if = "serde_json::Map::is_empty")]
        vars: serde_json::Map<String, Value>,
        /// The answers of the last form.
        #[serde(default, skip_serializing_if = "serde_json::Map::is_empty")]
        flow: serde_json::Map<String, Value>,
    },
    Changed {
        path: CompactString,
        from: Value,
        to: Value,
    },
    LeadCreated {
        lead: CompactString,
        pipeline: CompactString,
        stage: CompactString,
    },
    /// A lead that the CRM does not have any more: it is no lead of the contact's from here on.
    LeadGone {
        lead: CompactString,
    },
    StageChanged {
        lead: CompactString,
        pipeline: CompactString,
        from: CompactString,
        to: CompactString,
    },
    TagChanged {
        on: CompactString,
        tag: String,
        added: bool,
    },
    /// What of a catalogue a lead has.
    ItemChanged {
        lead: CompactString,
        catalog: CompactString,
        item: CompactString,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        name: Option<String>,
        /// None: it was taken off.
        quantity: Option<f64>,
    },
    Assigned {
        on: CompactString,
        to: Who,
    },
    /// A person has something to do. Journals from before know its kind, text, time and owner alone.
    Task(Box<Task>),
    /// It is done.
    TaskCompleted {
        task: Box<Task>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        result: Option<String>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        by: Option<Author>,
    },
    /// There were more open tasks than a contact remembers: this one was the oldest.
    TaskDropped {
        task: Box<Task>,
    },
    Note {
        on: CompactString,
        text: String,
        /// The lead that it is on.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        lead: Option<CompactString>,
        /// None: a person who gave no name, or a journal from before.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        by: Option<Author>,
    },
    /// Agents and teams who want to know of the conversation, or no longer.
    SubscribersChanged {
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        added: Vec<Who>,
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        removed: Vec<Who>,
        /// The business's number, where the contact has to do with several.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        number: Option<NumberId>,
    },
    /// A message to the team.
    Internal {
        to: Vec<Who>,
        text: String,
    },
    /// A model was asked: what it took, and neither the question nor the answer, which are in the trace.
    Asked {
        session: SessionId,
        bot: BotId,
        step: StepId,
        model: CompactString,
        tokens: Tokens,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        cost: Option<Cost>,
    },
    OptedIn {
        opted_in: bool,
    },
    HandedOver {
        to: Option<Who>,
        summary: Option<String>,
    },
    /// A model's summary for whoever took the conversation over; it comes after the handoff. Where the model wrote none, what the customer
    /// wrote last.
    HandoffSummary {
        text: String,
    },
    Released,
    /// Something that the team has to know: a failure without a branch, an error of configuration, a limit that was passed.
    Alert {
        name: CompactString,
        text: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        bot: Option<BotId>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        step: Option<StepId>,
        /// The channel's code, where a send failed.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        code: Option<i64>,
    },
    IdentityChanged {
        old: String,
        new: String,
    },
    Merged {
        from: CompactString,
    },
    /// This contact turned out to be that one, and is no contact of its own any more.
    MergedInto {
        into: CompactString,
    },
    /// A contact of an older version was written into the lists of contacts and conversations.
    Listed,
    Trace {
        event: CompactString,
        trace: Trace,
    },
}
