//! A server's view of the store that all servers of a run share: the store in memory, behind a network that can fail.

use std::{
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};

use futures_util::FutureExt;
use store::{
    Announcements, Commit, ContactQuery, ConversationQuery, Due, JournalRow, Lease, Leased, ListedContact, ListedConversation,
    ListedSession, ListedTask, MemoryStore, Message, Millis, Outcome, PutRecord, Rebuilt, Record, SessionCount, SessionQuery,
    Store, StoreError, StoreFuture, Stored, TaskQuery, UsageSum,
};
use tokio::time::sleep;

use crate::{
    life::{Life, State},
    plan::Sabotage,
    world::World,
};

/// How long a server waits for the store (`docs/redis.md`: 2 seconds).
const PATIENCE: Duration = Duration::from_secs(2);

/// The store as one server reaches it.
pub struct SimulatedStore {
    pub world: Arc<World>,
    pub life: Arc<Life>,
    pub inner: Arc<MemoryStore>,
    /// Until when this server can't reach it.
    pub away_until: AtomicI64,
}

/// What becomes of an operation.
enum Fate {
    Done { there: Duration, back: Duration },
    Busy,
    LostRequest,
    LostAnswer,
    Late(Duration),
}

type Applied<T> = Pin<Box<dyn Future<Output = Result<T, StoreError>> + Send>>;

impl SimulatedStore {
    fn fate(&self, writes: bool) -> Fate {
        let World { plan, chance, .. } = &*self.world;
        if self.world.now().0 < self.away_until.load(Ordering::Relaxed) {
            return if chance.one_in(4) { Fate::LostRequest } else { Fate::Busy };
        }
        let faults = &plan.store;
        if self.world.goes_wrong(faults.busy) {
            return Fate::Busy;
        }
        if self.world.goes_wrong(faults.lost_request) {
            return Fate::LostRequest;
        }
        if writes && self.world.goes_wrong(faults.lost_answer) {
            return Fate::LostAnswer;
        }
        if writes && self.world.goes_wrong(faults.late) {
            return Fate::Late(chance.millis(0..=8_000));
        }
        if self.world.goes_wrong(faults.slow) {
            return Fate::Done { there: chance.millis(0..=900), back: chance.millis(0..=900) };
        }
        if !self.world.ledger.keeps() {
            return Fate::Done { there: Duration::ZERO, back: Duration::ZERO };
        }
        Fate::Done { there: chance.millis(0..=1), back: chance.millis(0..=1) }
    }

    /// One operation, with all that can happen to it on its way.
    fn run<'a, T, F>(&'a self, name: &'static str, key: &str, writes: bool, apply: F) -> StoreFuture<'a, T>
    where
        T: Send + 'static,
        F: FnOnce(Arc<MemoryStore>) -> Applied<T> + Send + 'a,
    {
        let fate = self.fate(writes);
        let word = match &fate {
            Fate::Done { .. } => None,
            Fate::Busy => Some("busy"),
            Fate::LostRequest => Some("request lost"),
            Fate::LostAnswer => Some("answer lost"),
            Fate::Late(_) => Some("late"),
        };
        if let Some(word) = word {
            self.life.trouble(self.world.now());
            self.world.ledger.lock().faults += 1;
            self.world.log(|| format!("{}: store {name} {key}: {word}", self.life.name));
        }
        Box::pin(async move {
            self.life.runs().await;
            let answer = match fate {
                Fate::Busy => Err(StoreError::Busy { waiting: "the simulated store has no room".to_owned() }),
                Fate::LostRequest => {
                    sleep(PATIENCE).await;
                    Err(lost())
                }
                Fate::LostAnswer => {
                    apply(self.inner.clone()).await?;
                    self.life.step(self.world.now());
                    sleep(PATIENCE).await;
                    Err(lost())
                }
                Fate::Late(by) => {
                    let applied = apply(self.inner.clone());
                    let at = PATIENCE + by;
                    tokio::spawn(async move {
                        sleep(at).await;
                        // Nobody waits for it any more.
                        let _ = applied.await;
                    });
                    sleep(PATIENCE).await;
                    Err(lost())
                }
                Fate::Done { there, back } => {
                    pause(there).await;
                    self.life.step(self.world.now());
                    if self.life.state() == State::Dead && self.world.chance.one_in(2) {
                        // The request had not left the machine.
                        std::future::pending::<()>().await;
                    }
                    let answer = apply(self.inner.clone()).await;
                    self.life.step(self.world.now());
                    pause(back).await;
                    answer
                }
            };
            self.life.runs().await;
            answer
        })
    }
}

/// A sleep of no length would cost a place among the timers.
async fn pause(time: Duration) {
    if !time.is_zero() {
        sleep(time).await;
    }
}

fn lost() -> StoreError {
    StoreError::Unavailable { reason: "the simulated store did not answer".to_owned() }
}

/// Commits, and notes what was committed.
async fn commit(world: &World, inner: &MemoryStore, by: &str, mut commit: Commit) -> Result<Outcome, StoreError> {
    if !world.ledger.keeps() {
        // The journal is not the store's that is measured: it is in SQL, on a disk.
        commit.journal.clear();
        return inner.commit(commit).await;
    }
    let Commit { key, value, due, .. } = commit.clone();
    match world.plan.sabotage {
        Some(Sabotage::LosesCommits) if world.chance.one_in(20) => return Ok(Outcome::Committed { version: u64::MAX }),
        Some(Sabotage::IgnoresVersions) => {
            commit.expected_version = inner.load(&key).await?.map_or(0, |stored| stored.version);
        }
        _ => {}
    }
    let journal: Vec<String> = commit.journal.iter().map(|entry| entry.kind.clone()).collect();
    let outcome = inner.commit(commit).await?;
    match &outcome {
        Outcome::Committed { version } => {
            if let Some(value) = &value {
                world.ledger.committed(&key, value, world.now());
            }
            let due = due.map(|due| format!(", due in {} ms", due - world.now().0)).unwrap_or_default();
            world.log(|| format!("{by}: committed {key} as {version}: {}{due}", journal.join(" ")));
        }
        Outcome::Conflict { .. } => world.log(|| format!("{by}: conflict on {key}")),
    }
    Ok(outcome)
}

impl Store for SimulatedStore {
    fn load<'a>(&'a self, key: &'a str) -> StoreFuture<'a, Option<Stored>> {
        let owned = key.to_owned();
        self.run("load", key, false, |inner| Box::pin(async move { inner.load(&owned).await }))
    }

    fn commit(&self, commit: Commit) -> StoreFuture<'_, Outcome> {
        let (world, by) = (self.world.clone(), self.life.name.clone());
        let key = commit.key.clone();
        self.run("commit", &key, true, |inner| Box::pin(async move { self::commit(&world, &inner, &by, commit).await }))
    }

    fn due(&self, lane: u16, until: Millis, limit: usize) -> StoreFuture<'_, Vec<Due>> {
        let is_there = self.away_until.load(Ordering::Relaxed) <= self.world.now().0;
        let is_empty = || matches!(self.inner.due(lane, until, 1).now_or_never(), Some(Ok(due)) if due.is_empty());
        if self.life.state() == State::Runs && is_there && is_empty() {
            // By far most looks: they take no time, so that a simulated hour takes little of a real one.
            return Box::pin(std::future::ready(Ok(Vec::new())));
        }
        self.run("due", "", false, move |inner| Box::pin(async move { inner.due(lane, until, limit).await }))
    }

    fn erase<'a>(&'a self, key: &'a str) -> StoreFuture<'a, bool> {
        let owned = key.to_owned();
        self.run("erase", key, true, |inner| Box::pin(async move { inner.erase(&owned).await }))
    }

    fn erase_at<'a>(&'a self, key: &'a str, version: u64) -> StoreFuture<'a, bool> {
        let owned = key.to_owned();
        self.run("erase", key, true, move |inner| Box::pin(async move { inner.erase_at(&owned, version).await }))
    }

    fn list_contacts<'a>(&'a self, after: Option<&'a str>, limit: usize) -> StoreFuture<'a, Vec<String>> {
        let after = after.map(str::to_owned);
        let list = move |inner: Arc<MemoryStore>| -> Applied<Vec<String>> {
            Box::pin(async move { inner.list_contacts(after.as_deref(), limit).await })
        };
        self.run("list contacts", "", false, list)
    }

    fn count_contacts(&self) -> StoreFuture<'_, u64> {
        self.run("count contacts", "", false, |inner| Box::pin(async move { inner.count_contacts().await }))
    }

    fn alias<'a>(&'a self, alias: &'a str) -> StoreFuture<'a, Option<String>> {
        let owned = alias.to_owned();
        self.run("alias", alias, false, |inner| Box::pin(async move { inner.alias(&owned).await }))
    }

    fn set_alias<'a>(&'a self, alias: &'a str, contact: &'a str, replaces: Option<&'a str>) -> StoreFuture<'a, String> {
        let (world, by) = (self.world.clone(), self.life.name.clone());
        let (name, to, from) = (alias.to_owned(), contact.to_owned(), replaces.map(str::to_owned));
        let set = |inner: Arc<MemoryStore>| -> Applied<String> {
            Box::pin(async move {
                let holder = inner.set_alias(&name, &to, from.as_deref()).await?;
                world.log(|| format!("{by}: alias {name} is {holder}"));
                Ok(holder)
            })
        };
        self.run("set alias", alias, true, set)
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
        let (owned, name) = (kind.to_owned(), key.to_owned());
        self.run("get record", kind, false, move |inner| Box::pin(async move { inner.get_record(&owned, &name, now).await }))
    }

    fn put_record(&self, put: PutRecord) -> StoreFuture<'_, Outcome> {
        let kind = put.kind.clone();
        self.run("put record", &kind, true, |inner| Box::pin(async move { inner.put_record(put).await }))
    }

    fn list_records<'a>(
        &'a self,
        kind: &'a str,
        after: Option<&'a str>,
        now: Millis,
        limit: usize,
    ) -> StoreFuture<'a, Vec<Record>> {
        let (owned, after) = (kind.to_owned(), after.map(str::to_owned));
        let list = move |inner: Arc<MemoryStore>| -> Applied<Vec<Record>> {
            Box::pin(async move { inner.list_records(&owned, after.as_deref(), now, limit).await })
        };
        self.run("list records", kind, false, list)
    }

    fn trim_records<'a>(&'a self, kind: &'a str, keep: usize, now: Millis) -> StoreFuture<'a, u64> {
        let owned = kind.to_owned();
        self.run("trim records", kind, true, move |inner| Box::pin(async move { inner.trim_records(&owned, keep, now).await }))
    }

    fn increment<'a>(&'a self, name: &'a str, by: u64) -> StoreFuture<'a, u64> {
        let owned = name.to_owned();
        self.run("increment", name, true, move |inner| Box::pin(async move { inner.increment(&owned, by).await }))
    }

    fn lease<'a>(&'a self, lease: &'a Lease) -> StoreFuture<'a, Leased> {
        let owned = lease.clone();
        self.run("lease", &lease.budget, true, move |inner| Box::pin(async move { inner.lease(&owned).await }))
    }

    fn announce<'a>(&'a self, topic: &'a str) -> StoreFuture<'a, ()> {
        let owned = topic.to_owned();
        self.run("announce", topic, true, move |inner| Box::pin(async move { inner.announce(&owned).await }))
    }

    fn announcements(&self) -> Announcements {
        self.inner.announcements()
    }

    fn flushes(&self) -> u64 {
        0
    }

    fn is_shared(&self) -> bool {
        true
    }

    fn ping(&self) -> StoreFuture<'_, ()> {
        self.run("ping", "", false, |inner| Box::pin(async move { inner.ping().await }))
    }
}
