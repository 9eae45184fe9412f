//! The embedded store: one SQLite file in a folder that one process has open.
//!
//! Write-ahead log, `synchronous=FULL`: a write is on the disk when its future resolves. One thread
//! writes, in groups ([`writer`]); a few read, each on its own connection ([`readers`]). Values are
//! compressed ([`packed`](crate::packed)), the format has a version ([`migrations`]). This file ties them to the
//! [`Store`] trait; the statements stand in `contacts`, `journal`, `lists`, `rebuild` and `records`.

pub(crate) mod contacts;
pub(crate) mod folder;
pub(crate) mod journal;
pub(crate) mod lists;
mod migrations;
pub(crate) mod readers;
pub(crate) mod rebuild;
mod records;
pub(crate) mod writer;

use std::future::ready;
use std::path::Path;
use std::time::Duration;

use rusqlite::{Connection, ErrorCode};

use self::contacts::{PackedCommit, PackedOutcome, PackedValue};
use self::folder::{Folder, cannot_open};
use self::readers::Readers;
use self::records::PackedPut;
use self::writer::{Writer, write_ledger};
use crate::announce::Announcer;
use crate::lease::Budgets;
use crate::limits::{check_commit, check_key, check_put};
use crate::packed::{pack, unpack};
use crate::{
    Announcements, Commit, ContactQuery, ConversationQuery, Due, JournalRow, Lease, Leased, ListedContact, ListedConversation,
    ListedSession, ListedTask, Message, Millis, Outcome, PutRecord, Rebuilt, Record, SessionCount, SessionQuery, Store,
    StoreError, StoreFuture, Stored, TaskQuery, UsageSum,
};

/// The file in its folder.
const DATABASE: &str = "store.sqlite";

/// How the embedded store is to be run. The default suits a server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SqliteOptions {
    /// Requests that may wait for the writer, and for each reader; one more gets [`StoreError::Busy`].
    pub queue: usize,
    /// How long a request waits before it gets [`StoreError::Busy`].
    pub deadline: Duration,
    /// Threads for short reads.
    pub readers: usize,
    /// The size the file may grow to, in bytes; writes that need more fail as on a full disk.
    pub max_bytes: Option<u64>,
}

impl Default for SqliteOptions {
    fn default() -> Self {
        Self { queue: 4_096, deadline: Duration::from_secs(5), readers: 2, max_bytes: None }
    }
}

/// The embedded store. See [`open()`](crate::open()).
///
/// Dropping it finishes what waits and closes the file, which may block for one flush of the disk.
pub struct SqliteStore {
    // In this order: the last connection to be closed, the writer's, empties the log into the file,
    // and only then may another process have the folder.
    readers: Readers,
    writer: Writer,
    folder: Folder,
    /// One process has the store, so these are its own.
    budgets: Budgets,
    announcer: Announcer,
}

impl SqliteStore {
    /// Opens the store in a folder, which is made if need be.
    ///
    /// # Errors
    ///
    /// [`StoreError::InUse`], [`StoreError::NewerFormat`] or [`StoreError::CannotOpen`], each naming the path.
    pub fn open(folder: impl AsRef<Path>, options: &SqliteOptions) -> Result<Self, StoreError> {
        let folder = Folder::open(folder.as_ref(), DATABASE)?;
        let connection = folder.writer()?;
        if let Some(bytes) = options.max_bytes {
            limit_size(&connection, bytes).map_err(|error| cannot_open(folder.database(), error.to_string()))?;
        }
        let readers = Readers::start(&folder, options.readers, options.queue, options.deadline)?;
        let writer = Writer::start(connection, folder.database().to_owned(), options.queue, options.deadline)?;
        Ok(Self { readers, writer, folder, budgets: Budgets::default(), announcer: Announcer::default() })
    }
}

impl Store for SqliteStore {
    fn folder(&self) -> Option<&Path> {
        self.folder.database().parent()
    }

    fn load<'a>(&'a self, key: &'a str) -> StoreFuture<'a, Option<Stored>> {
        let wanted = key.to_owned();
        Box::pin(async move {
            let found = self.readers.short(move |connection| contacts::load(connection, &wanted)).await?;
            found.map(|found| unpacked("contact", key, found)).transpose()
        })
    }

    fn commit(&self, commit: Commit) -> StoreFuture<'_, Outcome> {
        Box::pin(async move {
            check_commit(&commit)?;
            let Commit { key, expected_version, value, due, journal } = commit;
            let wanted = key.clone();
            let packed = value.as_deref().map(pack);
            let commit = PackedCommit { key, expected_version, packed, due, journal };
            let write = move |connection: &Connection, ledger: &mut _| contacts::commit(connection, ledger, &commit);
            unpacked_outcome("contact", &wanted, self.writer.write(write).await?)
        })
    }

    fn due(&self, lane: u16, until: Millis, limit: usize) -> StoreFuture<'_, Vec<Due>> {
        Box::pin(self.readers.short(move |connection| contacts::due(connection, lane, until, limit)))
    }

    fn erase<'a>(&'a self, key: &'a str) -> StoreFuture<'a, bool> {
        let key = key.to_owned();
        Box::pin(self.writer.write(move |connection, ledger| contacts::erase(connection, ledger, &key)))
    }

    fn erase_at<'a>(&'a self, key: &'a str, version: u64) -> StoreFuture<'a, bool> {
        let key = key.to_owned();
        Box::pin(self.writer.write(move |connection, ledger| {
            Ok(contacts::is_at(connection, &key, version)? && contacts::erase(connection, ledger, &key)?)
        }))
    }

    fn list_contacts<'a>(&'a self, after: Option<&'a str>, limit: usize) -> StoreFuture<'a, Vec<String>> {
        let after = after.map(str::to_owned);
        Box::pin(self.readers.long(move |connection| contacts::list(connection, after.as_deref(), limit)))
    }

    fn count_contacts(&self) -> StoreFuture<'_, u64> {
        Box::pin(self.readers.short(contacts::count))
    }

    fn alias<'a>(&'a self, alias: &'a str) -> StoreFuture<'a, Option<String>> {
        let alias = alias.to_owned();
        Box::pin(self.readers.short(move |connection| contacts::alias(connection, &alias)))
    }

    fn set_alias<'a>(&'a self, alias: &'a str, contact: &'a str, replaces: Option<&'a str>) -> StoreFuture<'a, String> {
        Box::pin(async move {
            check_key("alias", alias)?;
            check_key("contact", contact)?;
            let (alias, contact, replaces) = (alias.to_owned(), contact.to_owned(), replaces.map(str::to_owned));
            let write =
                move |connection: &Connection, _: &mut _| contacts::set_alias(connection, &alias, &contact, replaces.as_deref());
            self.writer.write(write).await
        })
    }

    fn journal_of<'a>(&'a self, contact: &'a str, before: Option<u64>, limit: usize) -> StoreFuture<'a, Vec<JournalRow>> {
        let contact = contact.to_owned();
        Box::pin(self.readers.long(move |connection| journal::facts_of(connection, &contact, before, limit)))
    }

    fn journal_since(&self, position: u64, limit: usize) -> StoreFuture<'_, Vec<JournalRow>> {
        Box::pin(self.readers.long(move |connection| journal::facts_since(connection, position, limit)))
    }

    fn messages_of<'a>(&'a self, contact: &'a str, before: Option<u64>, limit: usize) -> StoreFuture<'a, Vec<Message>> {
        let contact = contact.to_owned();
        Box::pin(self.readers.long(move |connection| journal::messages_of(connection, &contact, before, limit)))
    }

    fn conversations(&self, query: ConversationQuery) -> StoreFuture<'_, Vec<ListedConversation>> {
        Box::pin(self.readers.long(move |connection| lists::conversations(connection, &query)))
    }

    fn contacts(&self, query: ContactQuery) -> StoreFuture<'_, Vec<ListedContact>> {
        Box::pin(self.readers.long(move |connection| lists::contacts(connection, &query)))
    }

    fn sessions(&self, query: SessionQuery) -> StoreFuture<'_, Vec<ListedSession>> {
        Box::pin(self.readers.long(move |connection| lists::sessions(connection, &query)))
    }

    fn session_counts(&self, since: Millis) -> StoreFuture<'_, Vec<SessionCount>> {
        Box::pin(self.readers.long(move |connection| lists::session_counts(connection, since)))
    }

    fn tasks(&self, query: TaskQuery) -> StoreFuture<'_, Vec<ListedTask>> {
        Box::pin(self.readers.long(move |connection| lists::tasks(connection, &query)))
    }

    fn usage(&self, from: Millis, until: Millis) -> StoreFuture<'_, Vec<UsageSum>> {
        Box::pin(self.readers.long(move |connection| lists::usage(connection, from, until)))
    }

    fn unlisted_contacts<'a>(&'a self, after: Option<&'a str>, limit: usize) -> StoreFuture<'a, Vec<String>> {
        let after = after.map(str::to_owned);
        Box::pin(self.readers.long(move |connection| lists::unlisted(connection, after.as_deref(), limit)))
    }

    fn rebuild<'a>(&'a self, after: Option<&'a str>, limit: usize) -> StoreFuture<'a, Rebuilt> {
        let after = after.map(str::to_owned);
        Box::pin(
            self.writer
                .write_within(REBUILD_DEADLINE, move |connection, _| rebuild::rebuild(connection, after.as_deref(), limit)),
        )
    }

    fn trim_journal(&self, before: Millis, limit: usize) -> StoreFuture<'_, u64> {
        Box::pin(self.writer.write(move |connection, _| journal::trim(connection, before, limit)))
    }

    fn get_record<'a>(&'a self, kind: &'a str, key: &'a str, now: Millis) -> StoreFuture<'a, Option<Stored>> {
        let (wanted_kind, wanted) = (kind.to_owned(), key.to_owned());
        Box::pin(async move {
            let read = move |connection: &Connection| records::get(connection, &wanted_kind, &wanted, now);
            let found = self.readers.short(read).await?;
            found.map(|found| unpacked(kind, key, found)).transpose()
        })
    }

    fn put_record(&self, put: PutRecord) -> StoreFuture<'_, Outcome> {
        Box::pin(async move {
            check_put(&put)?;
            let PutRecord { kind, key, expected_version, value, expires, now } = put;
            let (wanted_kind, wanted) = (kind.clone(), key.clone());
            let packed = value.as_deref().map(pack);
            let put = PackedPut { kind, key, expected_version, packed, expires, now };
            let write = move |connection: &Connection, ledger: &mut _| records::put(connection, ledger, &put);
            unpacked_outcome(&wanted_kind, &wanted, self.writer.write(write).await?)
        })
    }

    fn list_records<'a>(
        &'a self,
        kind: &'a str,
        after: Option<&'a str>,
        now: Millis,
        limit: usize,
    ) -> StoreFuture<'a, Vec<Record>> {
        let (wanted_kind, after) = (kind.to_owned(), after.map(str::to_owned));
        Box::pin(async move {
            let read = move |connection: &Connection| records::list(connection, &wanted_kind, after.as_deref(), now, limit);
            let found = self.readers.long(read).await?;
            let records = found.into_iter().map(|(key, value)| {
                let stored = unpacked(kind, &key, value)?;
                Ok(Record { key, stored })
            });
            records.collect()
        })
    }

    fn trim_records<'a>(&'a self, kind: &'a str, keep: usize, now: Millis) -> StoreFuture<'a, u64> {
        let kind = kind.to_owned();
        Box::pin(self.writer.write(move |connection, _| records::trim(connection, &kind, keep, now)))
    }

    fn increment<'a>(&'a self, name: &'a str, by: u64) -> StoreFuture<'a, u64> {
        Box::pin(async move {
            check_key("counter", name)?;
            let name = name.to_owned();
            self.writer.write(move |connection, _| records::increment(connection, &name, by)).await?
        })
    }

    fn lease<'a>(&'a self, lease: &'a Lease) -> StoreFuture<'a, Leased> {
        Box::pin(ready(check_key("budget", &lease.budget).map(|()| self.budgets.lease(lease))))
    }

    fn announce<'a>(&'a self, topic: &'a str) -> StoreFuture<'a, ()> {
        self.announcer.announce(topic);
        Box::pin(ready(Ok(())))
    }

    fn announcements(&self) -> Announcements {
        self.announcer.listen()
    }

    fn flushes(&self) -> u64 {
        self.writer.flushes()
    }

    fn ping(&self) -> StoreFuture<'_, ()> {
        Box::pin(async {
            self.writer.write(|connection, ledger| write_ledger(connection, *ledger)).await?;
            self.readers.short(contacts::count).await.map(drop)
        })
    }
}

/// Making the rows of some contacts again may take this long: some million facts.
pub(crate) const REBUILD_DEADLINE: Duration = Duration::from_secs(60);

/// What a statement that gives many rows returns.
pub(crate) type Rows<T> = rusqlite::Result<Vec<T>>;

fn unpacked(what: &str, key: &str, found: PackedValue) -> Result<Stored, StoreError> {
    let PackedValue { version, packed } = found;
    match unpack(packed) {
        Ok(value) => Ok(Stored { version, value }),
        Err(reason) => Err(StoreError::Unreadable { what: format!("{what} {key:?}"), reason }),
    }
}

fn unpacked_outcome(what: &str, key: &str, outcome: PackedOutcome) -> Result<Outcome, StoreError> {
    Ok(match outcome {
        PackedOutcome::Committed { version } => Outcome::Committed { version },
        PackedOutcome::Conflict { current } => {
            Outcome::Conflict { current: current.map(|found| unpacked(what, key, found)).transpose()? }
        }
    })
}

/// The error of a statement, with what to do about it.
fn unavailable(path: &Path, error: &rusqlite::Error) -> StoreError {
    let path = path.display();
    let reason = match error.sqlite_error_code() {
        Some(ErrorCode::DiskFull) => {
            format!("{path}: the disk is full; free some space, writes then go on by themselves")
        }
        Some(ErrorCode::DatabaseBusy) => {
            format!("{path} is held by another program; close it there")
        }
        Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => {
            format!("{path} is damaged ({error}); restore it from a backup")
        }
        _ => format!("{path}: {error}; check the disk and its permissions"),
    };
    StoreError::Unavailable { reason }
}

/// Keeps the file, a whole number of pages, within a number of bytes.
fn limit_size(connection: &Connection, bytes: u64) -> rusqlite::Result<()> {
    let page: u64 = connection.pragma_query_value(None, "page_size", |row| row.get(0).map(unsigned))?;
    let pages = signed(bytes / page.max(1));
    connection.pragma_update_and_check(None, "max_page_count", pages, |_| Ok(()))
}

/// A number for SQLite, whose integers have a sign. Nothing stored is as large as the cut.
pub(crate) fn signed(number: impl TryInto<i64>) -> i64 {
    number.try_into().unwrap_or(i64::MAX)
}

/// A number from SQLite that is never negative.
pub(crate) fn unsigned(number: i64) -> u64 {
    number.max(0) as u64
}
