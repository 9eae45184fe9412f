//! The store on Redis (or Valkey), for any number of servers, with the journal in SQL behind it.
//!
//! **Design.** What a turn needs lies in Redis: values, the due index, aliases, records. A commit is one
//! script on the keys of one lane ([`contacts`]), which appends its facts to the lane's stream; from there
//! a task carries them into SQL ([`drain`], [`crate::sql`]) and trims the stream behind itself. What people
//! ask for, transcripts, the journal, lists of contacts and conversations, is answered by SQL alone, after the streams that
//! matter are drained: so Redis holds no history and no index that only a list would need. [`link`] hides
//! whether a single server, Sentinel or a Cluster stands behind it, [`keys`] names every key there is, and
//! [`errors`] tells a caller whether nothing happened or nobody knows.
//!
//! **What can be lost** is what Redis itself can lose: up to a second of commits when its machine dies with
//! `appendfsync everysec`, nothing with `always`; with a failover what the replica did not have yet, unless
//! [`RedisOptions::wait_replicas`] waits for it. `docs/redis.md` says how to choose.

mod address;
mod aliases;
mod announcements;
mod buffers;
mod checks;
mod connector;
mod contacts;
mod drain;
mod errors;
mod keys;
mod leases;
mod link;
mod options;
mod records;
mod replicas;
mod script;

use std::path::PathBuf;
use std::sync::Arc;

use self::address::Address;
use self::announcements::Listener;
use self::drain::Drainer;
use self::link::Link;
pub use self::options::{Journal, RedisOptions};
use self::replicas::Replicas;
use crate::announce::Announcer;
use crate::limits::{check_commit, check_key, check_put};
use crate::sql::SqlJournal;
use crate::sql::postgres::PostgresJournal;
use crate::sql::sqlite::SqliteJournal;
use crate::{
    Announcements, Commit, ContactQuery, ConversationQuery, Due, JournalRow, Lease, Leased, ListedContact, ListedConversation,
    ListedSession, ListedTask, Message, Millis, Outcome, PutRecord, Rebuilt, Record, SessionCount, SessionQuery, Store,
    StoreError, StoreFuture, Stored, TaskQuery, UsageSum, lane_of,
};

/// The store on Redis. See [`connect()`](crate::connect()).
///
/// Dropping it ends its task, within moments; only then is the folder of a SQLite journal free. What waits in
/// Redis for SQL is carried on by the next process.
pub struct RedisStore {
    link: Arc<Link>,
    replicas: Option<Replicas>,
    drainer: Drainer,
    announcer: Announcer,
    _listener: Listener,
    sql: Arc<dyn SqlJournal>,
    /// The SQLite journal's folder, which is this store's own.
    folder: Option<PathBuf>,
    scripts: Scripts,
}

#[derive(Default)]
struct Scripts {
    contacts: contacts::Scripts,
    aliases: aliases::Scripts,
    records: records::Scripts,
    leases: leases::Scripts,
}

impl RedisStore {
    /// Connects to Redis at an address (`redis://`, `rediss://`, `redis+sentinel://`, `redis+cluster://`)
    /// and to the database of its journal.
    ///
    /// # Errors
    ///
    /// [`StoreError::CannotOpen`], [`StoreError::NewerFormat`] or [`StoreError::InUse`], each saying what
    /// to change; nothing stored is touched.
    pub async fn open(url: &str, journal: &Journal, options: &RedisOptions) -> Result<Self, StoreError> {
        // TLS needs to know whose cryptography; where the program has chosen already, that holds.
        let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
        let address = Address::parse(url)?;
        let link = Arc::new(Link::new(&address, options)?);
        let replicas = Replicas::new(&address, options)?;
        checks::servers(&link).await.map_err(|error| cannot_open(&link, error))?;
        let store = checks::store(&link).await.map_err(|error| cannot_open(&link, error))?;

        let sql: Arc<dyn SqlJournal> = match journal {
            Journal::Folder(folder) => Arc::new(SqliteJournal::open(folder)?),
            Journal::Postgres(url) => Arc::new(PostgresJournal::open(url).await?),
        };
        sql.bind(&store).await?;
        let folder = match journal {
            Journal::Folder(folder) => Some(folder.clone()),
            Journal::Postgres(_) => None,
        };
        let drainer = Drainer::start(Arc::clone(&link), Arc::clone(&sql), options.buffer);
        let announcer = Announcer::default();
        let listener = Listener::start(link.connector(), announcer.clone());
        Ok(Self { link, replicas, drainer, announcer, _listener: listener, sql, folder, scripts: Scripts::default() })
    }

    /// Erases a contact; with a version, only if it is at that one.
    async fn erase_contact(&self, contact: &str, version: Option<u64>) -> Result<bool, StoreError> {
        let lane = lane_of(contact);
        self.drainer.drain(Some(lane)).await?;
        let known = self.sql.known(contact).await?;
        let mut had = known.journal;
        for alias in &known.aliases {
            had |= aliases::release(&self.link, &self.scripts.aliases, alias, contact).await?;
        }
        match contacts::erase(&self.link, &self.scripts.contacts, contact, version).await? {
            Some(had_value) => had |= had_value,
            None => {
                // Somebody was quicker, and the contact stays: so do its aliases.
                for alias in &known.aliases {
                    let scripts = (&self.scripts.aliases, &self.scripts.contacts);
                    aliases::claim(&self.link, scripts, alias, contact, None).await?;
                }
                return Ok(false);
            }
        }
        self.confirm(lane).await?;
        // Only now: until here a process that died would have left the hints for the next try.
        self.sql.forget_aliases(contact, known.aliases).await?;
        self.drainer.drain(Some(lane)).await?;
        Ok(had)
    }

    /// Answers when as many replicas as asked for have all that was written to the lane before.
    async fn confirm(&self, lane: u16) -> Result<(), StoreError> {
        match &self.replicas {
            Some(replicas) => replicas.have(lane).await,
            None => Ok(()),
        }
    }
}

/// A failure that is met when the store is opened: there is nobody yet to try again.
fn cannot_open(link: &Link, error: StoreError) -> StoreError {
    match error {
        StoreError::Busy { waiting: reason } | StoreError::Unavailable { reason } => {
            StoreError::CannotOpen { path: link.shown().into(), reason }
        }
        other => other,
    }
}

impl Store for RedisStore {
    fn load<'a>(&'a self, key: &'a str) -> StoreFuture<'a, Option<Stored>> {
        Box::pin(async move {
            let found = contacts::load(&self.link, key).await;
            if let Some(replicas) = &self.replicas {
                replicas.have_if_behind(lane_of(key)).await?;
            }
            found
        })
    }

    fn commit(&self, commit: Commit) -> StoreFuture<'_, Outcome> {
        Box::pin(async move {
            check_commit(&commit)?;
            let lane = lane_of(&commit.key);
            self.drainer.admit(lane)?;
            let outcome = contacts::commit(&self.link, &self.scripts.contacts, commit).await?;
            self.confirm(lane).await?;
            Ok(outcome)
        })
    }

    fn due(&self, lane: u16, until: Millis, limit: usize) -> StoreFuture<'_, Vec<Due>> {
        Box::pin(contacts::due(&self.link, lane, until, limit))
    }

    fn erase<'a>(&'a self, key: &'a str) -> StoreFuture<'a, bool> {
        Box::pin(self.erase_contact(key, None))
    }

    fn erase_at<'a>(&'a self, key: &'a str, version: u64) -> StoreFuture<'a, bool> {
        Box::pin(async move {
            // Looked at before its aliases are touched; the script looks once more.
            let stored = contacts::load(&self.link, key).await?;
            let is_there = stored.is_some_and(|stored| stored.version == version);
            Ok(is_there && self.erase_contact(key, Some(version)).await?)
        })
    }

    fn list_contacts<'a>(&'a self, after: Option<&'a str>, limit: usize) -> StoreFuture<'a, Vec<String>> {
        Box::pin(async move {
            self.drainer.drain(None).await?;
            self.sql.list_contacts(after, limit).await
        })
    }

    fn count_contacts(&self) -> StoreFuture<'_, u64> {
        Box::pin(async move {
            self.drainer.drain(None).await?;
            self.sql.count_contacts().await
        })
    }

    fn alias<'a>(&'a self, alias: &'a str) -> StoreFuture<'a, Option<String>> {
        Box::pin(aliases::holder(&self.link, alias))
    }

    fn set_alias<'a>(&'a self, alias: &'a str, contact: &'a str, replaces: Option<&'a str>) -> StoreFuture<'a, String> {
        Box::pin(async move {
            check_key("alias", alias)?;
            check_key("contact", contact)?;
            self.drainer.admit(lane_of(contact))?;
            let scripts = (&self.scripts.aliases, &self.scripts.contacts);
            aliases::claim(&self.link, scripts, alias, contact, replaces).await
        })
    }

    fn journal_of<'a>(&'a self, contact: &'a str, before: Option<u64>, limit: usize) -> StoreFuture<'a, Vec<JournalRow>> {
        Box::pin(async move {
            self.drainer.drain(Some(lane_of(contact))).await?;
            self.sql.journal_of(contact, before, limit).await
        })
    }

    fn journal_since(&self, position: u64, limit: usize) -> StoreFuture<'_, Vec<JournalRow>> {
        Box::pin(async move {
            self.drainer.drain(None).await?;
            self.sql.journal_since(position, limit).await
        })
    }

    fn messages_of<'a>(&'a self, contact: &'a str, before: Option<u64>, limit: usize) -> StoreFuture<'a, Vec<Message>> {
        Box::pin(async move {
            self.drainer.drain(Some(lane_of(contact))).await?;
            self.sql.messages_of(contact, before, limit).await
        })
    }

    fn conversations(&self, query: ConversationQuery) -> StoreFuture<'_, Vec<ListedConversation>> {
        Box::pin(async move {
            self.drainer.drain(None).await?;
            self.sql.conversations(query).await
        })
    }

    fn contacts(&self, query: ContactQuery) -> StoreFuture<'_, Vec<ListedContact>> {
        Box::pin(async move {
            self.drainer.drain(None).await?;
            self.sql.contacts(query).await
        })
    }

    fn sessions(&self, query: SessionQuery) -> StoreFuture<'_, Vec<ListedSession>> {
        Box::pin(async move {
            self.drainer.drain(None).await?;
            self.sql.sessions(query).await
        })
    }

    fn session_counts(&self, since: Millis) -> StoreFuture<'_, Vec<SessionCount>> {
        Box::pin(async move {
            self.drainer.drain(None).await?;
            self.sql.session_counts(since).await
        })
    }

    fn tasks(&self, query: TaskQuery) -> StoreFuture<'_, Vec<ListedTask>> {
        Box::pin(async move {
            self.drainer.drain(None).await?;
            self.sql.tasks(query).await
        })
    }

    fn usage(&self, from: Millis, until: Millis) -> StoreFuture<'_, Vec<UsageSum>> {
        Box::pin(async move {
            self.drainer.drain(None).await?;
            self.sql.usage(from, until).await
        })
    }

    fn unlisted_contacts<'a>(&'a self, after: Option<&'a str>, limit: usize) -> StoreFuture<'a, Vec<String>> {
        Box::pin(async move {
            self.drainer.drain(None).await?;
            self.sql.unlisted_contacts(after, limit).await
        })
    }

    fn rebuild<'a>(&'a self, after: Option<&'a str>, limit: usize) -> StoreFuture<'a, Rebuilt> {
        Box::pin(async move {
            self.drainer.drain(None).await?;
            self.sql.rebuild(after, limit).await
        })
    }

    fn trim_journal(&self, before: Millis, limit: usize) -> StoreFuture<'_, u64> {
        Box::pin(async move {
            self.drainer.drain(None).await?;
            self.sql.trim_journal(before, limit).await
        })
    }

    fn get_record<'a>(&'a self, kind: &'a str, key: &'a str, now: Millis) -> StoreFuture<'a, Option<Stored>> {
        Box::pin(records::get(&self.link, kind, key, now))
    }

    fn put_record(&self, put: PutRecord) -> StoreFuture<'_, Outcome> {
        Box::pin(async move {
            check_put(&put)?;
            records::put(&self.link, &self.scripts.records, put).await
        })
    }

    fn list_records<'a>(
        &'a self,
        kind: &'a str,
        after: Option<&'a str>,
        now: Millis,
        limit: usize,
    ) -> StoreFuture<'a, Vec<Record>> {
        Box::pin(records::list(&self.link, &self.scripts.records, kind, after, now, limit))
    }

    fn trim_records<'a>(&'a self, kind: &'a str, keep: usize, now: Millis) -> StoreFuture<'a, u64> {
        Box::pin(records::trim(&self.link, &self.scripts.records, kind, keep, now))
    }

    fn increment<'a>(&'a self, name: &'a str, by: u64) -> StoreFuture<'a, u64> {
        Box::pin(async move {
            check_key("counter", name)?;
            records::increment(&self.link, name, by).await
        })
    }

    fn lease<'a>(&'a self, lease: &'a Lease) -> StoreFuture<'a, Leased> {
        Box::pin(async move {
            check_key("budget", &lease.budget)?;
            leases::lease(&self.link, &self.scripts.leases, lease).await
        })
    }

    fn announce<'a>(&'a self, topic: &'a str) -> StoreFuture<'a, ()> {
        Box::pin(announcements::announce(&self.link, topic))
    }

    fn announcements(&self) -> Announcements {
        self.announcer.listen()
    }

    /// Redis flushes by itself, as `appendfsync` says.
    fn flushes(&self) -> u64 {
        0
    }

    fn folder(&self) -> Option<&std::path::Path> {
        self.folder.as_deref()
    }

    fn is_shared(&self) -> bool {
        true
    }

    fn ping(&self) -> StoreFuture<'_, ()> {
        Box::pin(async move {
            checks::servers(&self.link).await?;
            self.drainer.admit(0)?;
            self.sql.ping().await
        })
    }
}
