//! A store in memory whose commits fail as they are told to, and which may stand for one that several servers share.

use std::{
    collections::VecDeque,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicU32, Ordering},
    },
    time::Duration,
};

use store::{
    Announcements, Commit, ContactQuery, ConversationQuery, Due, JournalRow, Lease, Leased, ListedContact, ListedConversation,
    ListedSession, ListedTask, MemoryStore, Message, Millis, Outcome, PutRecord, Rebuilt, Record, SessionCount, SessionQuery,
    Store, StoreError, StoreFuture, Stored, TaskQuery, UsageSum,
};
use tokio::time::Instant;

/// How a commit fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// Nothing was applied.
    Busy,
    /// It was applied, and the answer was lost.
    LostAnswer,
    /// It was not applied, and nobody knows.
    LostRequest,
    /// Another process was quicker: the contact is written once more before.
    Overtaken,
}

#[derive(Default)]
pub(crate) struct FaultyStore {
    inner: MemoryStore,
    /// What becomes of the next commits.
    faults: Mutex<VecDeque<Fault>>,
    /// Where several servers share it: its clock.
    shared_since: Option<Instant>,
    /// How long each lease is on its way, there and back.
    pub(crate) latency: Mutex<Duration>,
    /// Leases fail.
    pub(crate) is_away: AtomicBool,
    /// Leases that were asked for.
    pub(crate) leases: AtomicU32,
}

impl FaultyStore {
    pub(crate) fn new() -> Arc<Self> {
        Arc::default()
    }

    /// One that several servers share.
    pub(crate) fn shared() -> Arc<Self> {
        Arc::new(Self { shared_since: Some(Instant::now()), ..Self::default() })
    }

    pub(crate) fn fail(&self, faults: impl IntoIterator<Item = Fault>) {
        self.faults.lock().unwrap().extend(faults);
    }
}

fn lost<T>() -> Result<T, StoreError> {
    Err(StoreError::Unavailable { reason: "the connection broke".to_owned() })
}

impl Store for FaultyStore {
    fn commit(&self, commit: Commit) -> StoreFuture<'_, Outcome> {
        let fault = self.faults.lock().unwrap().pop_front();
        Box::pin(async move {
            match fault {
                None => self.inner.commit(commit).await,
                Some(Fault::Busy) => Err(StoreError::Busy { waiting: "too much".to_owned() }),
                Some(Fault::LostRequest) => lost(),
                Some(Fault::LostAnswer) => self.inner.commit(commit).await.and_then(|_| lost()),
                Some(Fault::Overtaken) => {
                    let stored = self.inner.load(&commit.key).await?;
                    let again = Commit {
                        expected_version: stored.as_ref().map_or(0, |stored| stored.version),
                        value: stored.map(|stored| stored.value),
                        journal: Vec::new(),
                        ..commit.clone()
                    };
                    if again.value.is_some() {
                        self.inner.commit(again).await?;
                    }
                    self.inner.commit(commit).await
                }
            }
        })
    }

    fn load<'a>(&'a self, key: &'a str) -> StoreFuture<'a, Option<Stored>> {
        self.inner.load(key)
    }

    fn due(&self, lane: u16, until: Millis, limit: usize) -> StoreFuture<'_, Vec<Due>> {
        self.inner.due(lane, until, limit)
    }

    fn erase<'a>(&'a self, key: &'a str) -> StoreFuture<'a, bool> {
        self.inner.erase(key)
    }

    fn erase_at<'a>(&'a self, key: &'a str, version: u64) -> StoreFuture<'a, bool> {
        self.inner.erase_at(key, version)
    }

    fn list_contacts<'a>(&'a self, after: Option<&'a str>, limit: usize) -> StoreFuture<'a, Vec<String>> {
        self.inner.list_contacts(after, limit)
    }

    fn count_contacts(&self) -> StoreFuture<'_, u64> {
        self.inner.count_contacts()
    }

    fn alias<'a>(&'a self, alias: &'a str) -> StoreFuture<'a, Option<String>> {
        self.inner.alias(alias)
    }

    fn set_alias<'a>(&'a self, alias: &'a str, contact: &'a str, replaces: Option<&'a str>) -> StoreFuture<'a, String> {
        self.inner.set_alias(alias, contact, replaces)
    }

    fn journal_of<'a>(&'a self, contact: &'a str, before: Option<u64>, limit: usize) -> StoreFuture<'a, Vec<JournalRow>> {
        self.inner.journal_of(contact, before, limit)
    }

    fn journal_since(&self, position: u64, limit: usize) -> StoreFuture<'_, Vec<JournalRow>> {
        self.inner.journal_since(position, limit)
    }

    fn messages_of<'a>(&'a self, contact: &'a str, before: Option<u64>, limit: usize) -> StoreFuture<'a, Vec<Message>> {
        self.inner.messages_of(contact, before, limit)
    }

    fn conversations(&self, query: ConversationQuery) -> StoreFuture<'_, Vec<ListedConversation>> {
        self.inner.conversations(query)
    }

    fn contacts(&self, query: ContactQuery) -> StoreFuture<'_, Vec<ListedContact>> {
        self.inner.contacts(query)
    }

    fn sessions(&self, query: SessionQuery) -> StoreFuture<'_, Vec<ListedSession>> {
        self.inner.sessions(query)
    }

    fn session_counts(&self, since: Millis) -> StoreFuture<'_, Vec<SessionCount>> {
        self.inner.session_counts(since)
    }

    fn tasks(&self, query: TaskQuery) -> StoreFuture<'_, Vec<ListedTask>> {
        self.inner.tasks(query)
    }

    fn usage(&self, from: Millis, until: Millis) -> StoreFuture<'_, Vec<UsageSum>> {
        self.inner.usage(from, until)
    }

    fn unlisted_contacts<'a>(&'a self, after: Option<&'a str>, limit: usize) -> StoreFuture<'a, Vec<String>> {
        self.inner.unlisted_contacts(after, limit)
    }

    fn rebuild<'a>(&'a self, after: Option<&'a str>, limit: usize) -> StoreFuture<'a, Rebuilt> {
        self.inner.rebuild(after, limit)
    }

    fn trim_journal(&self, before: Millis, limit: usize) -> StoreFuture<'_, u64> {
        self.inner.trim_journal(before, limit)
    }

    fn get_record<'a>(&'a self, kind: &'a str, key: &'a str, now: Millis) -> StoreFuture<'a, Option<Stored>> {
        self.inner.get_record(kind, key, now)
    }

    fn put_record(&self, put: PutRecord) -> StoreFuture<'_, Outcome> {
        self.inner.put_record(put)
    }

    fn list_records<'a>(
        &'a self,
        kind: &'a str,
        after: Option<&'a str>,
        now: Millis,
        limit: usize,
    ) -> StoreFuture<'a, Vec<Record>> {
        self.inner.list_records(kind, after, now, limit)
    }

    fn trim_records<'a>(&'a self, kind: &'a str, keep: usize, now: Millis) -> StoreFuture<'a, u64> {
        self.inner.trim_records(kind, keep, now)
    }

    fn increment<'a>(&'a self, name: &'a str, by: u64) -> StoreFuture<'a, u64> {
        self.inner.increment(name, by)
    }

    fn lease<'a>(&'a self, lease: &'a Lease) -> StoreFuture<'a, Leased> {
        self.leases.fetch_add(1, Ordering::Relaxed);
        Box::pin(async move {
            let one_way = *self.latency.lock().unwrap() / 2;
            tokio::time::sleep(one_way).await;
            if self.is_away.load(Ordering::Relaxed) {
                return lost();
            }
            let clock = self.shared_since.map(|since| i64::try_from(since.elapsed().as_micros()).unwrap());
            let leased = self.inner.lease(&Lease { now: clock.unwrap_or(lease.now), ..lease.clone() }).await;
            tokio::time::sleep(one_way).await;
            leased
        })
    }

    fn is_shared(&self) -> bool {
        self.shared_since.is_some()
    }

    fn announce<'a>(&'a self, topic: &'a str) -> StoreFuture<'a, ()> {
        self.inner.announce(topic)
    }

    fn announcements(&self) -> Announcements {
        self.inner.announcements()
    }

    fn flushes(&self) -> u64 {
        self.inner.flushes()
    }

    fn ping(&self) -> StoreFuture<'_, ()> {
        self.inner.ping()
    }
}
