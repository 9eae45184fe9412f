//! The journal beside Redis when several servers run: PostgreSQL 12 or later, in a schema of our own.
//!
//! One connection writes and a second one reads; both come back by themselves. All that appends goes
//! through the one row of `ledger`, which is locked first: positions are given out one transaction
//! after the other, so that whoever follows the journal never finds a lower one later.

mod append;
mod connection;
mod lists;
mod read;
mod rebuild;
mod rows;
mod schema;
mod tls;
mod updates;

use std::borrow::Cow;
use std::time::Duration;

use tokio_postgres::Transaction;

use self::connection::{Reader, Writer};
use super::{Known, LaneBatch, SqlJournal};
use crate::{
    ContactQuery, ConversationQuery, JournalRow, ListedContact, ListedConversation, ListedSession, ListedTask, Message, Millis,
    Rebuilt, SessionCount, SessionQuery, StoreError, StoreFuture, TaskQuery, UsageSum,
};

/// How long a transaction or a query may take.
const DEADLINE: Duration = Duration::from_secs(10);

/// Making the rows of some contacts again may take this long: some million facts.
const REBUILD_DEADLINE: Duration = Duration::from_secs(60);

pub(crate) struct PostgresJournal {
    writer: Writer,
    reader: Reader,
}

impl PostgresJournal {
    /// Connects, and makes the schema if need be.
    ///
    /// # Errors
    ///
    /// [`StoreError::CannotOpen`] or [`StoreError::NewerFormat`], each naming the server.
    pub(crate) async fn open(url: &str) -> Result<Self, StoreError> {
        let (writer, reader) = connection::open(url)?;
        let made = writer.transact(DEADLINE, async |transaction| schema::prepare(transaction).await).await;
        let found = made.map_err(|error| writer.cannot_open(error))?;
        if found > schema::FORMAT {
            let path = writer.place().to_owned();
            return Err(StoreError::NewerFormat { path, found: found.into(), known: schema::FORMAT.into() });
        }
        Ok(Self { writer, reader })
    }
}

impl SqlJournal for PostgresJournal {
    fn bind<'a>(&'a self, store: &'a str) -> StoreFuture<'a, ()> {
        Box::pin(async move {
            let claim = async |transaction: &Transaction<'_>| schema::bind(transaction, store).await;
            let bound = self.writer.transact(DEADLINE, claim).await?;
            if bound == store { Ok(()) } else { Err(super::another_store(self.writer.place(), &bound, store)) }
        })
    }

    fn positions(&self) -> StoreFuture<'_, Vec<u64>> {
        // By the connection that writes: who asks is about to.
        Box::pin(self.writer.transact(DEADLINE, async |transaction| append::positions(transaction).await))
    }

    fn append(&self, batches: Vec<LaneBatch>) -> StoreFuture<'_, Vec<u64>> {
        Box::pin(async move {
            let append = async |transaction: &Transaction<'_>| append::append(transaction, &batches).await;
            self.writer.transact(DEADLINE, append).await
        })
    }

    fn journal_of<'a>(&'a self, contact: &'a str, before: Option<u64>, limit: usize) -> StoreFuture<'a, Vec<JournalRow>> {
        Box::pin(self.reader.read(async move |client| read::journal_of(&client, contact, before, limit).await))
    }

    fn journal_since(&self, position: u64, limit: usize) -> StoreFuture<'_, Vec<JournalRow>> {
        Box::pin(self.reader.read(async move |client| read::journal_since(&client, position, limit).await))
    }

    fn messages_of<'a>(&'a self, contact: &'a str, before: Option<u64>, limit: usize) -> StoreFuture<'a, Vec<Message>> {
        Box::pin(self.reader.read(async move |client| read::messages_of(&client, contact, before, limit).await))
    }

    fn list_contacts<'a>(&'a self, after: Option<&'a str>, limit: usize) -> StoreFuture<'a, Vec<String>> {
        Box::pin(self.reader.read(async move |client| read::list_contacts(&client, after, limit).await))
    }

    fn count_contacts(&self) -> StoreFuture<'_, u64> {
        Box::pin(self.reader.read(async |client| read::count_contacts(&client).await))
    }

    fn known<'a>(&'a self, contact: &'a str) -> StoreFuture<'a, Known> {
        Box::pin(self.reader.read(async move |client| read::known(&client, contact).await))
    }

    fn forget_aliases<'a>(&'a self, contact: &'a str, aliases: Vec<String>) -> StoreFuture<'a, ()> {
        Box::pin(async move {
            let forget = async |transaction: &Transaction<'_>| append::forget_aliases(transaction, contact, &aliases).await;
            self.writer.transact(DEADLINE, forget).await
        })
    }

    fn conversations(&self, query: ConversationQuery) -> StoreFuture<'_, Vec<ListedConversation>> {
        Box::pin(self.reader.read(async move |client| lists::conversations(&client, &query).await))
    }

    fn contacts(&self, query: ContactQuery) -> StoreFuture<'_, Vec<ListedContact>> {
        Box::pin(self.reader.read(async move |client| lists::contacts(&client, &query).await))
    }

    fn sessions(&self, query: SessionQuery) -> StoreFuture<'_, Vec<ListedSession>> {
        Box::pin(self.reader.read(async move |client| lists::sessions(&client, &query).await))
    }

    fn session_counts(&self, since: Millis) -> StoreFuture<'_, Vec<SessionCount>> {
        Box::pin(self.reader.read(async move |client| lists::session_counts(&client, since).await))
    }

    fn tasks(&self, query: TaskQuery) -> StoreFuture<'_, Vec<ListedTask>> {
        Box::pin(self.reader.read(async move |client| lists::tasks(&client, &query).await))
    }

    fn usage(&self, from: Millis, until: Millis) -> StoreFuture<'_, Vec<UsageSum>> {
        Box::pin(self.reader.read(async move |client| lists::usage(&client, from, until).await))
    }

    fn unlisted_contacts<'a>(&'a self, after: Option<&'a str>, limit: usize) -> StoreFuture<'a, Vec<String>> {
        Box::pin(self.reader.read(async move |client| lists::unlisted(&client, after, limit).await))
    }

    fn rebuild<'a>(&'a self, after: Option<&'a str>, limit: usize) -> StoreFuture<'a, Rebuilt> {
        let rebuild = async move |transaction: &Transaction<'_>| rebuild::rebuild(transaction, after, limit).await;
        Box::pin(self.writer.transact(REBUILD_DEADLINE, rebuild))
    }

    fn trim_journal(&self, before: Millis, limit: usize) -> StoreFuture<'_, u64> {
        let trim = async move |transaction: &Transaction<'_>| append::trim(transaction, before, limit).await;
        Box::pin(self.writer.transact(DEADLINE, trim))
    }

    fn ping(&self) -> StoreFuture<'_, ()> {
        Box::pin(self.writer.transact(DEADLINE, async |transaction| append::touch(transaction).await))
    }
}

/// A number for PostgreSQL, whose integers have a sign. Nothing stored is as large as the cut.
fn signed(number: impl TryInto<i64>) -> i64 {
    number.try_into().unwrap_or(i64::MAX)
}

/// A number from PostgreSQL that is never negative.
fn unsigned(number: i64) -> u64 {
    number.max(0) as u64
}

/// PostgreSQL holds every text but the character 0, which JSON never has in it as it is.
fn text(text: &str) -> Cow<'_, str> {
    if text.contains('\0') { Cow::Owned(text.replace('\0', "\u{fffd}")) } else { Cow::Borrowed(text) }
}

fn optional(value: &Option<String>) -> Option<String> {
    value.as_deref().map(|value| text(value).into_owned())
}
