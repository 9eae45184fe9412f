//! The store in memory: plain maps behind one lock. No threads, nothing durable.

mod lists;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ops::Bound::{Excluded, Unbounded};
use std::sync::{Mutex, MutexGuard, PoisonError};

use self::lists::Lists;
use crate::announce::Announcer;
use crate::lease::Budgets;
use crate::limits::{add_to_counter, check_commit, check_key, check_put};
use crate::{
    Announcements, Commit, ContactQuery, ConversationQuery, Due, JournalEntry, JournalRow, Lease, Leased, ListChange,
    ListedContact, ListedConversation, ListedSession, ListedTask, Message, MessageChange, Millis, Outcome, PutRecord, Rebuilt,
    Record, SessionCount, SessionQuery, Store, StoreError, StoreFuture, Stored, TaskQuery, UPDATABLE_MESSAGES, UsageSum, lane_of,
};

/// A store that lives and dies with this process. See [`memory()`](crate::memory()).
#[derive(Debug, Default)]
pub struct MemoryStore {
    state: Mutex<State>,
    budgets: Budgets,
    announcer: Announcer,
}

#[derive(Debug, Default)]
struct State {
    /// The latest version or position given out.
    sequence: u64,
    contacts: BTreeMap<String, Contact>,
    lists: Lists,
    due: HashMap<u16, BTreeSet<(Millis, String)>>,
    journal: BTreeMap<u64, Fact>,
    aliases: BTreeMap<String, String>,
    records: BTreeMap<String, BTreeMap<String, Expiring>>,
    counters: BTreeMap<String, u64>,
}

#[derive(Debug, Default)]
struct Contact {
    /// `None` when the contact was deleted and only its journal is left.
    stored: Option<Stored>,
    due: Option<Millis>,
    /// Positions in the journal, growing.
    journal: Vec<u64>,
    messages: Vec<Message>,
}

/// A fact, with what it does to the read models.
#[derive(Debug)]
struct Fact {
    row: JournalRow,
    message: Option<MessageChange>,
    lists: Vec<ListChange>,
}

#[derive(Debug)]
struct Expiring {
    stored: Stored,
    expires: Option<Millis>,
}

impl Expiring {
    fn is_alive(&self, now: Millis) -> bool {
        self.expires.is_none_or(|expires| expires > now)
    }
}

impl MemoryStore {
    fn state(&self) -> MutexGuard<'_, State> {
        // Each change of the state is complete before anything in it could panic.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn next(&mut self) -> u64 {
        self.sequence += 1;
        self.sequence
    }

    fn commit(&mut self, commit: Commit) -> Outcome {
        let current = self.contacts.get(&commit.key).and_then(|contact| contact.stored.as_ref());
        if current.map_or(0, |stored| stored.version) != commit.expected_version {
            return Outcome::Conflict { current: current.cloned() };
        }

        let stored = commit.value.map(|value| Stored { version: self.next(), value });
        let version = stored.as_ref().map_or(0, |stored| stored.version);
        let due = commit.due.filter(|_| stored.is_some());

        let lane = self.due.entry(lane_of(&commit.key)).or_default();
        let contact = self.contacts.entry(commit.key.clone()).or_default();
        if let Some(before) = contact.due {
            lane.remove(&(before, commit.key.clone()));
        }
        if let Some(due) = due {
            lane.insert((due, commit.key.clone()));
        }
        contact.stored = stored;
        contact.due = due;
        if contact.stored.is_none() && contact.journal.is_empty() && commit.journal.is_empty() {
            self.contacts.remove(&commit.key);
        }

        let mut appended = Vec::new();
        for entry in commit.journal {
            appended.push(self.append(&commit.key, entry));
        }
        self.list(&commit.key, &appended);
        Outcome::Committed { version }
    }

    fn append(&mut self, key: &str, entry: JournalEntry) -> u64 {
        let position = self.next();
        let JournalEntry { at, kind, body, message, lists } = entry;
        let contact = self.contacts.entry(key.to_owned()).or_default();
        contact.journal.push(position);
        if let Some(change) = &message {
            contact.change_transcript(position, at, change.clone());
        }
        let row = JournalRow { position, contact: key.to_owned(), at, kind, body };
        self.journal.insert(position, Fact { row, message, lists });
        position
    }

    /// Does to the lists what these facts of a contact say.
    fn list(&mut self, key: &str, positions: &[u64]) {
        let all = self.contacts.get(key).map_or(&[][..], |contact| &contact.journal);
        let Some(newest) = all.iter().filter_map(|position| Some(self.journal.get(position)?.row.at)).max() else { return };
        for fact in positions.iter().filter_map(|position| self.journal.get(position)) {
            let position = fact.row.position;
            fact.lists.iter().for_each(|change| self.lists.apply(key, position, change, newest));
        }
        self.lists.touch(key, newest);
    }

    /// Makes the rows of a contact again; tells how many messages there are.
    fn rebuild(&mut self, key: &str) -> u64 {
        let Some(contact) = self.contacts.get_mut(key) else { return 0 };
        let told: Vec<u64> = contact.journal.clone();
        contact.messages.retain(|message| !self.journal.contains_key(&message.position));
        for fact in told.iter().filter_map(|position| self.journal.get(position)) {
            if let Some(change) = &fact.message {
                contact.change_transcript(fact.row.position, fact.row.at, change.clone());
            }
        }
        let messages = contact.messages.len() as u64;
        self.list(key, &told);
        messages
    }

    fn trim_journal(&mut self, before: Millis, limit: usize) -> u64 {
        let oldest = self.journal.values().take(limit).filter(|fact| fact.row.at < before);
        let removed: Vec<(u64, String)> = oldest.map(|fact| (fact.row.position, fact.row.contact.clone())).collect();
        for (position, key) in &removed {
            self.journal.remove(position);
            if let Some(contact) = self.contacts.get_mut(key) {
                contact.journal.retain(|kept| kept != position);
            }
        }
        self.lists.trim_ended(before, limit);
        removed.len() as u64
    }

    fn erase(&mut self, key: &str) -> bool {
        let aliases = self.aliases.len();
        self.aliases.retain(|_, contact| contact != key);
        let had_aliases = self.aliases.len() < aliases;

        let Some(contact) = self.contacts.remove(key) else {
            return had_aliases;
        };
        if let (Some(due), Some(lane)) = (contact.due, self.due.get_mut(&lane_of(key))) {
            lane.remove(&(due, key.to_owned()));
        }
        for position in contact.journal {
            self.journal.remove(&position);
        }
        self.lists.remove(key);
        true
    }

    fn put_record(&mut self, put: PutRecord) -> Outcome {
        let records = self.records.entry(put.kind).or_default();
        let current = records.get(&put.key).filter(|record| record.is_alive(put.now));
        if current.map_or(0, |record| record.stored.version) != put.expected_version {
            return Outcome::Conflict { current: current.map(|record| record.stored.clone()) };
        }

        let Some(value) = put.value else {
            records.remove(&put.key);
            return Outcome::Committed { version: 0 };
        };
        self.sequence += 1;
        let version = self.sequence;
        records.insert(put.key, Expiring { stored: Stored { version, value }, expires: put.expires });
        Outcome::Committed { version }
    }

    fn trim_records(&mut self, kind: &str, keep: usize, now: Millis) -> u64 {
        let Some(records) = self.records.get_mut(kind) else {
            return 0;
        };
        records.retain(|_, record| record.is_alive(now));
        let mut removed = 0;
        while records.len() > keep {
            records.pop_first();
            removed += 1;
        }
        removed
    }
}

impl Contact {
    fn change_transcript(&mut self, position: u64, at: Millis, change: MessageChange) {
        match change {
            MessageChange::New(new) => self.messages.push(Message {
                position,
                at,
                id: new.id,
                direction: new.direction,
                body: new.body,
                wamid: new.wamid,
                status: new.status,
            }),
            MessageChange::Update { id, wamid, status, body } => {
                let mut latest = self.messages.iter_mut().rev().take(UPDATABLE_MESSAGES);
                if let Some(message) = latest.find(|message| message.id == id) {
                    message.wamid = wamid.or(message.wamid.take());
                    message.status = status.or(message.status.take());
                    message.body = body.unwrap_or_else(|| std::mem::take(&mut message.body));
                }
            }
        }
    }
}

/// A future that is already done: nothing here waits.
fn ready<'a, T: Send + 'a>(result: Result<T, StoreError>) -> StoreFuture<'a, T> {
    Box::pin(std::future::ready(result))
}

impl Store for MemoryStore {
    fn load<'a>(&'a self, key: &'a str) -> StoreFuture<'a, Option<Stored>> {
        ready(Ok(self.state().contacts.get(key).and_then(|contact| contact.stored.clone())))
    }

    fn commit(&self, commit: Commit) -> StoreFuture<'_, Outcome> {
        ready(check_commit(&commit).map(|()| self.state().commit(commit)))
    }

    fn due(&self, lane: u16, until: Millis, limit: usize) -> StoreFuture<'_, Vec<Due>> {
        let state = self.state();
        let lane = state.due.get(&lane).into_iter().flatten();
        let due = lane.take_while(|(due, _)| *due <= until).take(limit);
        ready(Ok(due.map(|(due, key)| Due { key: key.clone(), due: *due }).collect()))
    }

    fn erase<'a>(&'a self, key: &'a str) -> StoreFuture<'a, bool> {
        ready(Ok(self.state().erase(key)))
    }

    fn erase_at<'a>(&'a self, key: &'a str, version: u64) -> StoreFuture<'a, bool> {
        let mut state = self.state();
        let stored = state.contacts.get(key).and_then(|contact| contact.stored.as_ref());
        let is_there = stored.is_some_and(|stored| stored.version == version);
        ready(Ok(is_there && state.erase(key)))
    }

    fn list_contacts<'a>(&'a self, after: Option<&'a str>, limit: usize) -> StoreFuture<'a, Vec<String>> {
        let state = self.state();
        let contacts = state.contacts.range::<str, _>((after.map_or(Unbounded, Excluded), Unbounded));
        let existing = contacts.filter(|(_, contact)| contact.stored.is_some());
        ready(Ok(existing.take(limit).map(|(key, _)| key.clone()).collect()))
    }

    fn count_contacts(&self) -> StoreFuture<'_, u64> {
        ready(Ok(self.state().contacts.values().filter(|contact| contact.stored.is_some()).count() as u64))
    }

    fn alias<'a>(&'a self, alias: &'a str) -> StoreFuture<'a, Option<String>> {
        ready(Ok(self.state().aliases.get(alias).cloned()))
    }

    fn set_alias<'a>(&'a self, alias: &'a str, contact: &'a str, replaces: Option<&'a str>) -> StoreFuture<'a, String> {
        if let Err(error) = check_key("alias", alias).and_then(|()| check_key("contact", contact)) {
            return ready(Err(error));
        }
        let mut state = self.state();
        let holder = state.aliases.entry(alias.to_owned()).or_insert_with(|| contact.to_owned());
        if replaces == Some(holder.as_str()) {
            contact.clone_into(holder);
        }
        ready(Ok(holder.clone()))
    }

    fn journal_of<'a>(&'a self, contact: &'a str, before: Option<u64>, limit: usize) -> StoreFuture<'a, Vec<JournalRow>> {
        let state = self.state();
        let positions = state.contacts.get(contact).map_or(&[][..], |contact| &contact.journal);
        let earlier = positions.iter().rev().filter(|position| before.is_none_or(|before| **position < before));
        let rows = earlier.filter_map(|position| Some(state.journal.get(position)?.row.clone()));
        ready(Ok(rows.take(limit).collect()))
    }

    fn journal_since(&self, position: u64, limit: usize) -> StoreFuture<'_, Vec<JournalRow>> {
        let state = self.state();
        let later = state.journal.range((Excluded(position), Unbounded));
        ready(Ok(later.take(limit).map(|(_, fact)| fact.row.clone()).collect()))
    }

    fn messages_of<'a>(&'a self, contact: &'a str, before: Option<u64>, limit: usize) -> StoreFuture<'a, Vec<Message>> {
        let state = self.state();
        let messages = state.contacts.get(contact).map_or(&[][..], |contact| &contact.messages);
        let earlier = messages.iter().rev().filter(|message| before.is_none_or(|before| message.position < before));
        ready(Ok(earlier.take(limit).cloned().collect()))
    }

    fn conversations(&self, query: ConversationQuery) -> StoreFuture<'_, Vec<ListedConversation>> {
        ready(Ok(self.state().lists.conversations(&query)))
    }

    fn contacts(&self, query: ContactQuery) -> StoreFuture<'_, Vec<ListedContact>> {
        ready(Ok(self.state().lists.contacts(&query)))
    }

    fn sessions(&self, query: SessionQuery) -> StoreFuture<'_, Vec<ListedSession>> {
        ready(Ok(self.state().lists.sessions(&query)))
    }

    fn session_counts(&self, since: Millis) -> StoreFuture<'_, Vec<SessionCount>> {
        ready(Ok(self.state().lists.session_counts(since)))
    }

    fn tasks(&self, query: TaskQuery) -> StoreFuture<'_, Vec<ListedTask>> {
        ready(Ok(self.state().lists.tasks(&query)))
    }

    fn usage(&self, from: Millis, until: Millis) -> StoreFuture<'_, Vec<UsageSum>> {
        ready(Ok(self.state().lists.usage(from, until)))
    }

    fn unlisted_contacts<'a>(&'a self, after: Option<&'a str>, limit: usize) -> StoreFuture<'a, Vec<String>> {
        let state = self.state();
        let later = state.contacts.range::<str, _>((after.map_or(Unbounded, Excluded), Unbounded));
        let unlisted = later.filter(|(key, contact)| contact.stored.is_some() && !state.lists.has(key));
        ready(Ok(unlisted.take(limit).map(|(key, _)| key.clone()).collect()))
    }

    fn rebuild<'a>(&'a self, after: Option<&'a str>, limit: usize) -> StoreFuture<'a, Rebuilt> {
        let mut state = self.state();
        let later = state.contacts.range::<str, _>((after.map_or(Unbounded, Excluded), Unbounded));
        let keys: Vec<String> = later.take(limit).map(|(key, _)| key.clone()).collect();
        let mut rebuilt = Rebuilt { last: keys.last().cloned(), contacts: keys.len() as u64, ..Rebuilt::default() };
        for key in &keys {
            rebuilt.messages += state.rebuild(key);
            rebuilt.conversations += state.lists.conversations_of(key);
            rebuilt.sessions += state.lists.sessions_of(key);
            rebuilt.tasks += state.lists.tasks_of(key);
        }
        ready(Ok(rebuilt))
    }

    fn trim_journal(&self, before: Millis, limit: usize) -> StoreFuture<'_, u64> {
        ready(Ok(self.state().trim_journal(before, limit)))
    }

    fn get_record<'a>(&'a self, kind: &'a str, key: &'a str, now: Millis) -> StoreFuture<'a, Option<Stored>> {
        let state = self.state();
        let record = state.records.get(kind).and_then(|records| records.get(key));
        ready(Ok(record.filter(|record| record.is_alive(now)).map(|record| record.stored.clone())))
    }

    fn put_record(&self, put: PutRecord) -> StoreFuture<'_, Outcome> {
        ready(check_put(&put).map(|()| self.state().put_record(put)))
    }

    fn list_records<'a>(
        &'a self,
        kind: &'a str,
        after: Option<&'a str>,
        now: Millis,
        limit: usize,
    ) -> StoreFuture<'a, Vec<Record>> {
        let state = self.state();
        let Some(records) = state.records.get(kind) else {
            return ready(Ok(Vec::new()));
        };
        let later = records.range::<str, _>((after.map_or(Unbounded, Excluded), Unbounded));
        let alive = later.filter(|(_, record)| record.is_alive(now)).take(limit);
        ready(Ok(alive.map(|(key, record)| Record { key: key.clone(), stored: record.stored.clone() }).collect()))
    }

    fn trim_records<'a>(&'a self, kind: &'a str, keep: usize, now: Millis) -> StoreFuture<'a, u64> {
        ready(Ok(self.state().trim_records(kind, keep, now)))
    }

    fn increment<'a>(&'a self, name: &'a str, by: u64) -> StoreFuture<'a, u64> {
        if let Err(error) = check_key("counter", name) {
            return ready(Err(error));
        }
        let mut state = self.state();
        let value = state.counters.get(name).copied().unwrap_or(0);
        let sum = add_to_counter(name, value, by);
        if let Ok(sum) = sum {
            state.counters.insert(name.to_owned(), sum);
        }
        ready(sum)
    }

    fn lease<'a>(&'a self, lease: &'a Lease) -> StoreFuture<'a, Leased> {
        ready(check_key("budget", &lease.budget).map(|()| self.budgets.lease(lease)))
    }

    fn announce<'a>(&'a self, topic: &'a str) -> StoreFuture<'a, ()> {
        self.announcer.announce(topic);
        ready(Ok(()))
    }

    fn announcements(&self) -> Announcements {
        self.announcer.listen()
    }

    fn flushes(&self) -> u64 {
        0
    }

    fn ping(&self) -> StoreFuture<'_, ()> {
        ready(Ok(()))
    }
}
