//! The [`Store`] trait: what the server asks of a store, in terms that memory, one SQL file and a
//! Redis Cluster can all keep.

use std::path::Path;
use std::pin::Pin;

use crate::{
    Announcements, Commit, ContactQuery, ConversationQuery, Due, JournalRow, Lease, Leased, ListedContact, ListedConversation,
    ListedSession, ListedTask, Message, Millis, Outcome, PutRecord, Rebuilt, Record, SessionCount, SessionQuery, StoreError,
    Stored, TaskQuery, UsageSum,
};

/// What the operations of a [`Store`] return, so that the server can hold an `Arc<dyn Store>`.
pub type StoreFuture<'a, T> = Pin<Box<dyn Future<Output = Result<T, StoreError>> + Send + 'a>>;

/// Values of contacts, the due index, the journal with what is read from it, and small records.
///
/// - A write is durable when its future resolves, as far as the store is durable at all.
/// - A read sees every write that was answered before the read began.
/// - Each operation is atomic by itself; none spans two contacts.
/// - Lists come in the order of the bytes of their keys, unless said otherwise.
/// - A future that is dropped may or may not have had its effect.
/// - Waiting has a deadline in tokio's clock. Under `tokio::time::pause` that clock runs away while
///   a disk is busy, so tests that pause it should use [`memory()`](crate::memory()).
pub trait Store: Send + Sync + 'static {
    /// The value of a contact, if it exists.
    fn load<'a>(&'a self, key: &'a str) -> StoreFuture<'a, Option<Stored>>;

    /// Applies one step to one contact: compare the version, set the value, set the due time, append
    /// to the journal, its transcript and the lists. All or nothing; on conflict what is there comes back.
    fn commit(&self, commit: Commit) -> StoreFuture<'_, Outcome>;

    /// Contacts of a lane whose due time is `until` or before: oldest first, then by key.
    fn due(&self, lane: u16, until: Millis, limit: usize) -> StoreFuture<'_, Vec<Due>>;

    /// Removes all that is known of a contact: value, due time, aliases, journal, transcript and rows of lists.
    /// True if there was any of it. Can be repeated.
    fn erase<'a>(&'a self, key: &'a str) -> StoreFuture<'a, bool>;

    /// The same, unless the contact was written since: true if it was at this version, and is gone.
    fn erase_at<'a>(&'a self, key: &'a str, version: u64) -> StoreFuture<'a, bool>;

    /// The ids of existing contacts after the given one.
    fn list_contacts<'a>(&'a self, after: Option<&'a str>, limit: usize) -> StoreFuture<'a, Vec<String>>;

    /// How many contacts exist.
    fn count_contacts(&self) -> StoreFuture<'_, u64>;

    /// The contact that an alias (a phone number, a user id) belongs to.
    fn alias<'a>(&'a self, alias: &'a str) -> StoreFuture<'a, Option<String>>;

    /// Gives an alias to a contact if nobody holds it, or if `replaces` holds it; tells who holds it
    /// now. When that is not `contact`, another was quicker and nothing was changed.
    fn set_alias<'a>(&'a self, alias: &'a str, contact: &'a str, replaces: Option<&'a str>) -> StoreFuture<'a, String>;

    /// A contact's journal before the given position (or from the end), newest first.
    fn journal_of<'a>(&'a self, contact: &'a str, before: Option<u64>, limit: usize) -> StoreFuture<'a, Vec<JournalRow>>;

    /// Everybody's journal after the given position (0: from the start), oldest first. What was
    /// read up to a position is complete: nothing appears before it later. The facts of one contact
    /// come in the order of its commits; those of several, in about the order of time.
    fn journal_since(&self, position: u64, limit: usize) -> StoreFuture<'_, Vec<JournalRow>>;

    /// A contact's transcript before the given position (or from the end), newest first.
    fn messages_of<'a>(&'a self, contact: &'a str, before: Option<u64>, limit: usize) -> StoreFuture<'a, Vec<Message>>;

    /// Conversations as they are listed, in the order that was asked for.
    fn conversations(&self, query: ConversationQuery) -> StoreFuture<'_, Vec<ListedConversation>>;

    /// Contacts as they are listed, those first that were active last.
    fn contacts(&self, query: ContactQuery) -> StoreFuture<'_, Vec<ListedContact>>;

    /// Sessions as they are listed, those first that started last.
    fn sessions(&self, query: SessionQuery) -> StoreFuture<'_, Vec<ListedSession>>;

    /// How many sessions there are of each version of each bot: those that run, and those that started at a moment or later.
    fn session_counts(&self, since: Millis) -> StoreFuture<'_, Vec<SessionCount>>;

    /// Tasks as they are listed, those first that are due first.
    fn tasks(&self, query: TaskQuery) -> StoreFuture<'_, Vec<ListedTask>>;

    /// What models were used for on the days (in UTC) that begin from one moment on and before another: sums by day, bot, model
    /// and currency, in this order. They stay when a contact is erased, and name none.
    fn usage(&self, from: Millis, until: Millis) -> StoreFuture<'_, Vec<UsageSum>>;

    /// The ids of contacts after the given one that exist and are not listed: no fact has told their profile.
    fn unlisted_contacts<'a>(&'a self, after: Option<&'a str>, limit: usize) -> StoreFuture<'a, Vec<String>>;

    /// Makes transcripts and rows of lists again from the journal: those of `limit` contacts after the given
    /// one, in one step, so that a reader sees a contact's rows as they were or as they are, never half. What the
    /// journal does not tell any more stays as it is.
    fn rebuild<'a>(&'a self, after: Option<&'a str>, limit: usize) -> StoreFuture<'a, Rebuilt>;

    /// Removes up to `limit` of the journal's oldest facts as far as they are from before a moment; tells how
    /// many. Transcripts and lists stay, but for sessions and tasks that ended before it, of which up to as many go too: there is
    /// nothing of them to read any more. Positions are not given again. Fewer than `limit` means that no older fact is
    /// left at the journal's beginning.
    fn trim_journal(&self, before: Millis, limit: usize) -> StoreFuture<'_, u64>;

    /// A record, unless it has expired by `now`.
    fn get_record<'a>(&'a self, kind: &'a str, key: &'a str, now: Millis) -> StoreFuture<'a, Option<Stored>>;

    /// Writes or deletes a record if it is at the expected version.
    fn put_record(&self, put: PutRecord) -> StoreFuture<'_, Outcome>;

    /// The records of a kind after the given key, without those that have expired by `now`.
    fn list_records<'a>(
        &'a self,
        kind: &'a str,
        after: Option<&'a str>,
        now: Millis,
        limit: usize,
    ) -> StoreFuture<'a, Vec<Record>>;

    /// Removes records of a kind, expired ones first, then by key, until at most `keep` are left:
    /// a list whose keys begin with the time stays bounded. Tells how many unexpired ones went.
    fn trim_records<'a>(&'a self, kind: &'a str, keep: usize, now: Millis) -> StoreFuture<'a, u64>;

    /// Adds to a counter, which begins at 0, and returns the sum.
    fn increment<'a>(&'a self, name: &'a str, by: u64) -> StoreFuture<'a, u64>;

    /// Takes tokens of a budget that all servers on the store keep together, in one step with telling what was used of it without
    /// asking. Budgets are not durable: what was used long ago does not count anyway.
    fn lease<'a>(&'a self, lease: &'a Lease) -> StoreFuture<'a, Leased>;

    /// Tells all processes on the store that something of this topic has changed: those that listen, as far as the word
    /// reaches them.
    fn announce<'a>(&'a self, topic: &'a str) -> StoreFuture<'a, ()>;

    /// What is announced from now on, by any process.
    fn announcements(&self) -> Announcements;

    /// How many times writes were forced to the disk since the store was opened; several commits
    /// share one. 0 for ever where nothing is durable.
    fn flushes(&self) -> u64;

    /// The folder that this store has to itself, where it has one: what belongs to it and is too
    /// large for a value may lie there.
    fn folder(&self) -> Option<&Path> {
        None
    }

    /// Whether other processes may use the store at the same time.
    fn is_shared(&self) -> bool {
        false
    }

    /// Whether the store can be read and written now.
    fn ping(&self) -> StoreFuture<'_, ()>;
}
