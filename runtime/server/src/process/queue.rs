//! A contact's events queue up inside this process, in the order of their coming.

use std::{
    collections::HashMap,
    hash::{BuildHasher, RandomState},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use steps::{event::Event, ids::ContactId};
use tokio::sync::{OwnedMutexGuard, oneshot};

/// Enough that two cores' worth of contacts seldom meet at the same map.
const SHARDS: usize = 64;
/// News that are committed together: more would make a value that is slow to write.
const TOGETHER: usize = 50;

/// Those who wait for one contact.
#[derive(Default)]
struct Line {
    turn: Arc<tokio::sync::Mutex<()>>,
    news: Mutex<Vec<News>>,
}

impl Line {
    /// News that others wait with, as many as are committed together with so many events.
    fn take_news(&self, mut count: usize) -> Vec<News> {
        let mut news = lock(&self.news);
        // Those of one who has the turn, or has gone.
        news.retain(|news| !news.committed.is_closed());
        let fits = |news: &&News| {
            count += news.events.len();
            count <= TOGETHER
        };
        let fitting = news.iter().take_while(fits).count();
        news.drain(..fitting).collect()
    }
}

type Shard = Mutex<HashMap<ContactId, Arc<Line>>>;

/// Who is being worked on in this process. An idle contact takes no room.
pub struct Queues {
    shards: Vec<Shard>,
    hasher: RandomState,
}

impl Default for Queues {
    fn default() -> Self {
        Queues { shards: (0..SHARDS).map(|_| Shard::default()).collect(), hasher: RandomState::new() }
    }
}

/// A contact's turn in this process; ends when dropped.
pub struct InTurn<'q> {
    queues: &'q Queues,
    contact: ContactId,
    line: Option<Arc<Line>>,
    guard: Option<OwnedMutexGuard<()>>,
}

/// What became of a contact's sends, as one of those who wait has it. Dropped without a word it is not committed, and whoever brought it
/// sees to it.
pub struct News {
    pub events: Vec<Event>,
    committed: oneshot::Sender<()>,
}

impl News {
    pub fn committed(self) {
        // Who does not wait any more need not know.
        let _ = self.committed.send(());
    }
}

impl Queues {
    /// Waits until all who came before have left.
    pub async fn enter(&self, contact: &ContactId) -> InTurn<'_> {
        let (mut turn, line) = self.line_up(contact);
        turn.guard = Some(line.turn.clone().lock_owned().await);
        turn
    }

    /// The same with news, which one who came before may take along: then None. Else the turn, and the news that wait behind.
    pub async fn bring(&self, contact: &ContactId, news: &[Event]) -> Option<(InTurn<'_>, Vec<News>)> {
        let (mut turn, line) = self.line_up(contact);
        if let Ok(guard) = line.turn.clone().try_lock_owned() {
            turn.guard = Some(guard);
        } else {
            let (committed, mut told) = oneshot::channel();
            lock(&line.news).push(News { events: news.to_vec(), committed });
            turn.guard = Some(line.turn.clone().lock_owned().await);
            if told.try_recv().is_ok() {
                return None;
            }
        }
        Some((turn, line.take_news(news.len())))
    }

    /// A place in the line, made before the wait, so that one that is dropped while it waits tidies up too.
    fn line_up(&self, contact: &ContactId) -> (InTurn<'_>, Arc<Line>) {
        let line = lock(self.shard(contact)).entry(contact.clone()).or_default().clone();
        (InTurn { queues: self, contact: contact.clone(), line: Some(line.clone()), guard: None }, line)
    }

    fn shard(&self, contact: &ContactId) -> &Shard {
        let hash = self.hasher.hash_one(contact);
        let place = usize::try_from(hash % SHARDS as u64).unwrap_or_default();
        &self.shards[place]
    }
}

impl Drop for InTurn<'_> {
    fn drop(&mut self) {
        drop(self.guard.take());
        let mut shard = lock(self.queues.shard(&self.contact));
        drop(self.line.take());
        // Only the map holds it: nobody works on the contact, nobody waits.
        if shard.get(&self.contact).is_some_and(|line| Arc::strong_count(line) == 1) {
            shard.remove(&self.contact);
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // Nothing can panic while it is locked; and were it to, what is in it would still be whole.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use steps::{
        event::{EventKind, SendOutcome},
        ids::{EntryId, EventId, NumberId},
    };

    use super::*;

    #[tokio::test]
    async fn a_contact_is_worked_on_by_one_and_others_do_not_wait() {
        let queues = Queues::default();
        let (ada, bob) = (ContactId::new("ada"), ContactId::new("bob"));
        let first = queues.enter(&ada).await;
        queues.enter(&bob).await;
        let mut second = Box::pin(queues.enter(&ada));
        assert!(futures_util::poll!(second.as_mut()).is_pending());
        drop(first);
        assert!(futures_util::poll!(second.as_mut()).is_ready());
    }

    fn news(entry: u32) -> Vec<Event> {
        let kind = EventKind::Sent { entry: EntryId(entry), attempt: None, outcome: SendOutcome::Unknown };
        vec![Event { id: EventId::new(format!("sent:{entry}")), number: NumberId::new("1001"), kind }]
    }

    #[tokio::test]
    async fn news_that_wait_are_taken_along_by_the_first() {
        let queues = Queues::default();
        let ada = ContactId::new("ada");
        let before = queues.enter(&ada).await;
        let brought: Vec<_> = (1..=4).map(news).collect();
        let mut waiting: Vec<_> = brought.iter().map(|news| Box::pin(queues.bring(&ada, news))).collect();
        for one in &mut waiting {
            assert!(futures_util::poll!(one.as_mut()).is_pending());
        }
        // One that was given up is nobody's any more.
        drop(waiting.remove(1));
        drop(before);
        let Some((first, others)) = waiting.remove(0).await else { panic!() };
        assert_eq!(others.iter().map(|news| news.events[0].id.as_str()).collect::<Vec<_>>(), ["sent:3", "sent:4"]);
        let mut others = others.into_iter();
        others.next().unwrap().committed();
        // What was not committed comes back to whoever brought it.
        drop(others);
        drop(first);
        assert!(waiting.remove(0).await.is_none());
        assert!(waiting.remove(0).await.is_some_and(|(_, others)| others.is_empty()));
        drop(waiting);
        assert!(queues.shards.iter().all(|shard| lock(shard).is_empty()));
    }

    #[tokio::test]
    async fn what_is_taken_along_has_a_limit() {
        let queues = Queues::default();
        let ada = ContactId::new("ada");
        let before = queues.enter(&ada).await;
        let brought: Vec<Vec<Event>> = (0..3).map(|_| (0..20).flat_map(news).collect()).collect();
        let mut waiting: Vec<_> = brought.iter().map(|news| Box::pin(queues.bring(&ada, news))).collect();
        for one in &mut waiting {
            assert!(futures_util::poll!(one.as_mut()).is_pending());
        }
        drop(before);
        let Some((first, others)) = waiting.remove(0).await else { panic!() };
        assert_eq!(others.len(), 1, "three times 20 are more than {TOGETHER}");
        others.into_iter().for_each(News::committed);
        drop(first);
        assert!(waiting.remove(0).await.is_none());
        assert!(waiting.remove(0).await.is_some_and(|(_, others)| others.is_empty()));
    }

    #[tokio::test]
    async fn idle_contacts_take_no_room() {
        let queues = Queues::default();
        let ada = ContactId::new("ada");
        let first = queues.enter(&ada).await;
        let waiting = Box::pin(queues.enter(&ada));
        drop(waiting);
        drop(first);
        assert!(queues.shards.iter().all(|shard| lock(shard).is_empty()));
    }
}
