//! The journal and the read models beside Redis: their home is a SQL database.
//!
//! In Redis each lane has a buffer, a stream to which every commit of the lane appends one entry.
//! A drain copies entries from there into SQL, in one transaction with the position reached in each
//! lane. The position is compared and set, so that any process may drain any lane at any time: of
//! two who drain the same entries one writes them, and the other learns where the lane stands.
//!
//! [`SqlJournal`] is what a database must do; [`sqlite`] serves one process, [`postgres`] several.
//! Neither knows Redis.

mod bytes;
mod change;
pub(crate) mod lists;
mod note;
pub(crate) mod postgres;
pub(crate) mod sqlite;

pub(crate) use self::change::{pack_changes, unpack_changes};
pub(crate) use self::note::Note;

use std::path::Path;

use crate::{
    ContactQuery, ConversationQuery, JournalRow, ListedContact, ListedConversation, ListedSession, ListedTask, Message, Millis,
    Rebuilt, SessionCount, SessionQuery, StoreError, StoreFuture, TaskQuery, UsageSum,
};

/// Entries of one lane that follow each other, each with its position there: the time in milliseconds,
/// and 16 bits to tell entries of one time apart.
#[derive(Debug, Clone)]
pub(crate) struct LaneBatch {
    pub(crate) lane: u16,
    /// The position that the lane must be at for the entries to count.
    pub(crate) after: u64,
    /// The position it is at with them: that of the last entry.
    pub(crate) upto: u64,
    pub(crate) notes: Vec<(u64, Note)>,
}

/// What several lanes hold, by time; what one lane holds stays in its order.
fn by_time<T>(lanes: impl Iterator<Item = (u64, T)>) -> impl Iterator<Item = T> {
    let mut entries: Vec<_> = lanes.collect();
    entries.sort_by_key(|(position, _)| *position);
    entries.into_iter().map(|(_, entry)| entry)
}

/// What SQL knows of a contact that a store must know to erase it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Known {
    /// Every alias that was ever about to be given to it, and not yet forgotten.
    pub(crate) aliases: Vec<String>,
    /// Whether there is a journal, or the contact exists.
    pub(crate) journal: bool,
}

/// A database that holds the journal, the read models, and which contacts exist.
///
/// Reads see every [`append`](Self::append) that was answered before. Waiting has a deadline.
pub(crate) trait SqlJournal: Send + Sync + 'static {
    /// Claims an empty database for the store with this id, or refuses one that is another's.
    fn bind<'a>(&'a self, store: &'a str) -> StoreFuture<'a, ()>;

    /// Where each lane stands, by its number.
    fn positions(&self) -> StoreFuture<'_, Vec<u64>>;

    /// Applies the batches whose lane is where they say, in one transaction and by time, and tells for each
    /// where its lane stands now: at [`LaneBatch::upto`], unless somebody else was quicker.
    fn append(&self, batches: Vec<LaneBatch>) -> StoreFuture<'_, Vec<u64>>;

    /// See [`Store::journal_of`](crate::Store::journal_of).
    fn journal_of<'a>(&'a self, contact: &'a str, before: Option<u64>, limit: usize) -> StoreFuture<'a, Vec<JournalRow>>;

    /// See [`Store::journal_since`](crate::Store::journal_since). Positions are given out one
    /// transaction after the other, which is what makes them safe to follow.
    fn journal_since(&self, position: u64, limit: usize) -> StoreFuture<'_, Vec<JournalRow>>;

    /// See [`Store::messages_of`](crate::Store::messages_of).
    fn messages_of<'a>(&'a self, contact: &'a str, before: Option<u64>, limit: usize) -> StoreFuture<'a, Vec<Message>>;

    /// See [`Store::list_contacts`](crate::Store::list_contacts).
    fn list_contacts<'a>(&'a self, after: Option<&'a str>, limit: usize) -> StoreFuture<'a, Vec<String>>;

    /// See [`Store::count_contacts`](crate::Store::count_contacts).
    fn count_contacts(&self) -> StoreFuture<'_, u64>;

    /// What must be gone when the contact is erased.
    fn known<'a>(&'a self, contact: &'a str) -> StoreFuture<'a, Known>;

    /// Drops hints that have been followed.
    fn forget_aliases<'a>(&'a self, contact: &'a str, aliases: Vec<String>) -> StoreFuture<'a, ()>;

    /// See [`Store::conversations`](crate::Store::conversations).
    fn conversations(&self, query: ConversationQuery) -> StoreFuture<'_, Vec<ListedConversation>>;

    /// See [`Store::contacts`](crate::Store::contacts).
    fn contacts(&self, query: ContactQuery) -> StoreFuture<'_, Vec<ListedContact>>;

    /// See [`Store::sessions`](crate::Store::sessions).
    fn sessions(&self, query: SessionQuery) -> StoreFuture<'_, Vec<ListedSession>>;

    /// See [`Store::session_counts`](crate::Store::session_counts).
    fn session_counts(&self, since: Millis) -> StoreFuture<'_, Vec<SessionCount>>;

    /// See [`Store::tasks`](crate::Store::tasks).
    fn tasks(&self, query: TaskQuery) -> StoreFuture<'_, Vec<ListedTask>>;

    /// See [`Store::usage`](crate::Store::usage).
    fn usage(&self, from: Millis, until: Millis) -> StoreFuture<'_, Vec<UsageSum>>;

    /// See [`Store::unlisted_contacts`](crate::Store::unlisted_contacts).
    fn unlisted_contacts<'a>(&'a self, after: Option<&'a str>, limit: usize) -> StoreFuture<'a, Vec<String>>;

    /// See [`Store::rebuild`](crate::Store::rebuild).
    fn rebuild<'a>(&'a self, after: Option<&'a str>, limit: usize) -> StoreFuture<'a, Rebuilt>;

    /// See [`Store::trim_journal`](crate::Store::trim_journal).
    fn trim_journal(&self, before: Millis, limit: usize) -> StoreFuture<'_, u64>;

    /// Whether the database can be written now.
    fn ping(&self) -> StoreFuture<'_, ()>;
}

/// The refusal of a database that holds the journal of another store.
fn another_store(place: &Path, bound: &str, store: &str) -> StoreError {
    let reason = format!(
        "it holds the journal of another store (its id is {bound}, ours is {store}); name another database, or the Redis \
         that belongs to this one. If that Redis was emptied on purpose, begin with an empty database too"
    );
    StoreError::CannotOpen { path: place.to_owned(), reason }
}
