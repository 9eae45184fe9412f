//! The journal beside Redis while one server runs: a SQLite file of the embedded store's format, in
//! a folder of its own name, with the embedded store's writer, readers and statements.

use std::path::Path;

use rusqlite::{Connection, OptionalExtension};

use super::{Known, LaneBatch, Note, SqlJournal};
use crate::sqlite::contacts::{self, PackedCommit};
use crate::sqlite::folder::Folder;
use crate::sqlite::readers::Readers;
use crate::sqlite::writer::{Ledger, Writer, write_ledger};
use crate::sqlite::{REBUILD_DEADLINE, Rows, SqliteOptions, journal, lists, rebuild, signed, unsigned};
use crate::{
    ContactQuery, ConversationQuery, JournalRow, ListedContact, ListedConversation, ListedSession, ListedTask, Message, Millis,
    Rebuilt, SessionCount, SessionQuery, StoreError, StoreFuture, TaskQuery, UsageSum,
};

/// The file in its folder. Not the embedded store's: a folder may have served one before.
const DATABASE: &str = "journal.sqlite";

pub(crate) struct SqliteJournal {
    // In this order, as in the embedded store: readers close first, the folder is free last.
    readers: Readers,
    writer: Writer,
    folder: Folder,
}

impl SqliteJournal {
    pub(crate) fn open(folder: &Path) -> Result<Self, StoreError> {
        let options = SqliteOptions::default();
        let folder = Folder::open(folder, DATABASE)?;
        let connection = folder.writer()?;
        let readers = Readers::start(&folder, options.readers, options.queue, options.deadline)?;
        let writer = Writer::start(connection, folder.database().to_owned(), options.queue, options.deadline)?;
        Ok(Self { readers, writer, folder })
    }
}

impl SqlJournal for SqliteJournal {
    fn bind<'a>(&'a self, store: &'a str) -> StoreFuture<'a, ()> {
        let wanted = store.to_owned();
        Box::pin(async move {
            let bound = self.writer.write(move |connection, _| bind(connection, &wanted)).await?;
            if bound == store { Ok(()) } else { Err(super::another_store(self.folder.database(), &bound, store)) }
        })
    }

    fn positions(&self) -> StoreFuture<'_, Vec<u64>> {
        Box::pin(self.readers.short(positions))
    }

    fn append(&self, batches: Vec<LaneBatch>) -> StoreFuture<'_, Vec<u64>> {
        let batches: Vec<_> = batches.into_iter().map(Batch::new).collect();
        Box::pin(self.writer.write(move |connection, ledger| {
            let stand = batches.iter().map(|batch| step(connection, batch)).collect::<rusqlite::Result<Vec<_>>>()?;
            let applied = batches.iter().zip(&stand).filter(|(batch, stands)| batch.upto == **stands);
            let writes = applied.flat_map(|(batch, _)| batch.writes.iter().map(|(position, write)| (*position, write)));
            super::by_time(writes).try_for_each(|write| write.apply(connection, ledger))?;
            Ok(stand)
        }))
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

    fn list_contacts<'a>(&'a self, after: Option<&'a str>, limit: usize) -> StoreFuture<'a, Vec<String>> {
        let after = after.map(str::to_owned);
        Box::pin(self.readers.long(move |connection| contacts::list(connection, after.as_deref(), limit)))
    }

    fn count_contacts(&self) -> StoreFuture<'_, u64> {
        Box::pin(self.readers.short(contacts::count))
    }

    fn known<'a>(&'a self, contact: &'a str) -> StoreFuture<'a, Known> {
        let contact = contact.to_owned();
        Box::pin(self.readers.short(move |connection| {
            let aliases = alias_hints(connection, &contact)?;
            Ok(Known { aliases, journal: contacts::is_known(connection, &contact)? })
        }))
    }

    fn forget_aliases<'a>(&'a self, contact: &'a str, aliases: Vec<String>) -> StoreFuture<'a, ()> {
        let contact = contact.to_owned();
        Box::pin(self.writer.write(move |connection, _| {
            let mut delete = connection.prepare_cached("DELETE FROM alias_hints WHERE contact = ?1 AND alias = ?2")?;
            aliases.iter().try_for_each(|alias| delete.execute((&contact, alias)).map(drop))
        }))
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

    fn ping(&self) -> StoreFuture<'_, ()> {
        Box::pin(self.writer.write(|connection, ledger| write_ledger(connection, *ledger)))
    }
}

/// A batch in the shape of the embedded store's statements. It may be applied more than once, in
/// transactions of which only the last one stands.
struct Batch {
    lane: u16,
    after: u64,
    upto: u64,
    writes: Vec<(u64, Write)>,
}

enum Write {
    Commit { commit: PackedCommit, exists: bool },
    Alias { contact: String, alias: String },
    Erase { contact: String },
}

impl Batch {
    fn new(batch: LaneBatch) -> Self {
        let LaneBatch { lane, after, upto, notes } = batch;
        let write = |(position, note)| {
            (
                position,
                match note {
                    Note::Commit { contact, exists, journal } => {
                        let commit = PackedCommit { key: contact, expected_version: 0, packed: None, due: None, journal };
                        Write::Commit { commit, exists }
                    }
                    Note::Alias { contact, alias } => Write::Alias { contact, alias },
                    Note::Erased { contact } => Write::Erase { contact },
                },
            )
        };
        Self { lane, after, upto, writes: notes.into_iter().map(write).collect() }
    }
}

/// Claims the file for a store if it is nobody's; tells whose it is.
fn bind(connection: &Connection, store: &str) -> rusqlite::Result<String> {
    connection.execute("INSERT OR IGNORE INTO origin VALUES (1, ?1)", [store])?;
    connection.query_row("SELECT store FROM origin", (), |row| row.get(0))
}

fn positions(connection: &Connection) -> Rows<u64> {
    let mut select = connection.prepare_cached("SELECT position FROM lanes ORDER BY lane")?;
    select.query_map((), |row| row.get(0).map(unsigned))?.collect()
}

/// Moves a lane on if it is where its batch says; tells where it stands. Not at the batch's end, unless
/// it was moved: what begins after a position ends after it too.
fn step(connection: &Connection, batch: &Batch) -> rusqlite::Result<u64> {
    let mut step = connection.prepare_cached("UPDATE lanes SET position = ?3 WHERE lane = ?1 AND position = ?2")?;
    if step.execute((batch.lane, signed(batch.after), signed(batch.upto)))? > 0 {
        return Ok(batch.upto);
    }
    let mut select = connection.prepare_cached("SELECT position FROM lanes WHERE lane = ?1")?;
    let stands = select.query_row([batch.lane], |row| row.get(0).map(unsigned)).optional()?;
    Ok(stands.unwrap_or(0))
}

impl Write {
    fn apply(&self, connection: &Connection, ledger: &mut Ledger) -> rusqlite::Result<()> {
        match self {
            Self::Commit { commit, exists } => contacts::note(connection, ledger, commit, *exists),
            Self::Alias { contact, alias } => {
                let mut insert = connection.prepare_cached("INSERT OR IGNORE INTO alias_hints VALUES (?1, ?2)")?;
                insert.execute((contact, alias)).map(drop)
            }
            Self::Erase { contact } => contacts::erase(connection, ledger, contact).map(drop),
        }
    }
}

fn alias_hints(connection: &Connection, contact: &str) -> Rows<String> {
    let mut select = connection.prepare_cached("SELECT alias FROM alias_hints WHERE contact = ?1 ORDER BY alias")?;
    select.query_map([contact], |row| row.get(0))?.collect()
}
