//! The journal (append-only facts about contacts) and the transcript that is made from it.

use crate::{ListChange, Millis};

/// How many of a contact's latest messages a [`MessageChange::Update`] can reach.
///
/// Our own bound: statuses follow their message within days, and a search through a transcript of
/// any length must not hold up the writer. A change to an older message is not applied.
pub const UPDATABLE_MESSAGES: usize = 1_000;

/// A fact to append to a contact's journal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JournalEntry {
    /// When it happened, by the clock of whoever tells it.
    pub at: Millis,
    /// What it is, in the words of the writer ("received", "sent", "status", …).
    pub kind: String,
    /// The fact itself, as JSON text.
    pub body: String,
    /// What the fact does to the transcript, if anything.
    pub message: Option<MessageChange>,
    /// What it does to the lists of conversations and contacts, in this order.
    pub lists: Vec<ListChange>,
}

impl JournalEntry {
    /// A fact that leaves transcript and lists alone.
    pub fn fact(at: Millis, kind: impl Into<String>, body: impl Into<String>) -> Self {
        Self { at, kind: kind.into(), body: body.into(), message: None, lists: Vec::new() }
    }

    /// The same fact, which also changes the transcript.
    pub fn with_message(mut self, change: MessageChange) -> Self {
        self.message = Some(change);
        self
    }

    /// The same fact, which also changes the lists.
    pub fn with_lists(mut self, changes: Vec<ListChange>) -> Self {
        self.lists = changes;
        self
    }
}

/// What a fact does to a contact's transcript.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MessageChange {
    /// A message to append, with the fact's time and position.
    New(NewMessage),
    /// News of a message already there. Applies to the newest one with this id among the contact's
    /// latest [`UPDATABLE_MESSAGES`]; without one it changes nothing. `None` leaves a field as it is.
    Update {
        /// The message's id, as given in [`NewMessage::id`].
        id: String,
        /// WhatsApp's id of the message, known once Graph has answered.
        wamid: Option<String>,
        /// The latest status.
        status: Option<String>,
        /// The message as it reads now, as JSON text.
        body: Option<String>,
    },
}

/// A message to append to a transcript.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewMessage {
    /// The writer's id of the message, unique within the contact: the pending entry's id for what
    /// we send, WhatsApp's for what we receive.
    pub id: String,
    /// Who wrote it.
    pub direction: Direction,
    /// The message, as JSON text.
    pub body: String,
    /// WhatsApp's id of the message, if known.
    pub wamid: Option<String>,
    /// The status, if there is one to tell.
    pub status: Option<String>,
}

/// Who wrote a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// The customer.
    In,
    /// The business.
    Out,
}

/// A fact as the journal holds it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JournalRow {
    /// The place in the journal: grows, with gaps, and is never given twice.
    pub position: u64,
    /// The contact's id.
    pub contact: String,
    /// See [`JournalEntry::at`].
    pub at: Millis,
    /// See [`JournalEntry::kind`].
    pub kind: String,
    /// See [`JournalEntry::body`].
    pub body: String,
}

/// A message as the transcript holds it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// The position of the fact that brought it.
    pub position: u64,
    /// The time of that fact.
    pub at: Millis,
    /// See [`NewMessage::id`].
    pub id: String,
    /// See [`NewMessage::direction`].
    pub direction: Direction,
    /// See [`NewMessage::body`].
    pub body: String,
    /// See [`NewMessage::wamid`].
    pub wamid: Option<String>,
    /// The latest status.
    pub status: Option<String>,
}
