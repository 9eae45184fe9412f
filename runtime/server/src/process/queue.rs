//! A contact's events queue up inside this process, in the order of their coming.

use std::{
    collections::HashMap,
    hash::{BuildHasher, RandomState},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use steps::ids::ContactId;
use tokio::sync::OwnedMutexGuard;

/// Enough that two cores' worth of contacts seldom meet at the same map.
const SHARDS: usize = 64;

type Shard = Mutex<HashMap<ContactId, Arc<tokio::sync::Mutex<()>>>>;

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
    guard: Option<OwnedMutexGuard<()>>,
}

impl Queues {
    /// Waits until all who came before have left.
    pub async fn enter(&self, contact: &ContactId) -> InTurn<'_> {
        let mutex = lock(self.shard(contact)).entry(contact.clone()).or_default().clone();
        // Made before the wait, so that one that is dropped while it waits tidies up too.
        let mut turn = InTurn { queues: self, contact: contact.clone(), guard: None };
        turn.guard = Some(mutex.lock_owned().await);
        turn
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
        // Only the map holds it: nobody works on the contact, nobody waits.
        if shard.get(&self.contact).is_some_and(|mutex| Arc::strong_count(mutex) == 1) {
            shard.remove(&self.contact);
        }
    }
}

fn lock(shard: &Shard) -> MutexGuard<'_, HashMap<ContactId, Arc<tokio::sync::Mutex<()>>>> {
    // Nothing can panic while the map is locked; and were it to, the map would still be whole.
    shard.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
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
