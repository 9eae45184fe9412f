//! Contacts as this process last committed them, so that their next event need not ask the store: the results of a send come to the
//! process that sent, and most customers write again soon.
//!
//! What is kept proves nothing by itself. A turn on it is committed only where the store still has the version that it was kept with; where
//! it has not, another process was here meanwhile, and the turn runs again on what the store gives back.

use std::sync::{Arc, Mutex, PoisonError};

use moka::sync::Cache;
use steps::{
    contact::Contact,
    ids::ContactId,
    moment::{Moment, SECOND},
};

/// Contacts that are kept at most: some 13 KB each in a server that works, taken apart and with room to grow, so 260 MB in all.
const CAPACITY: u64 = 20_000;
/// In a fleet a contact's next message may come to any server, and to find that out at the commit costs a turn: only what follows at once,
/// the results of sends, is likely to come here.
const FRESH_IN_FLEET: i64 = 5 * SECOND;

/// A contact with the version that the store gave it.
pub(super) struct Known {
    pub(super) version: u64,
    /// How long its value is.
    pub(super) length: usize,
    pub(super) contact: Contact,
}

pub(super) struct Entry {
    known: Known,
    at: Moment,
}

/// An entry is taken out while its contact's events run, and its place stays.
pub(super) type Place = Arc<Mutex<Option<Entry>>>;

/// The contacts that this process keeps.
pub struct Kept(Cache<ContactId, Place>);

impl Default for Kept {
    fn default() -> Self {
        Kept(Cache::new(CAPACITY))
    }
}

impl Kept {
    /// Looks at a contact without taking it.
    pub(super) fn is_kept(&self, id: &ContactId, fits: impl FnOnce(&Contact) -> bool) -> bool {
        self.0.get(id).is_some_and(|place| lock(&place).as_ref().is_some_and(|entry| fits(&entry.known.contact)))
    }

    /// Takes a contact out. The caller puts into its place what it commits, and nothing where it did not.
    pub(super) fn take(&self, id: &ContactId, now: Moment, is_alone: bool) -> (Option<Place>, Option<Known>) {
        let place = self.0.get(id);
        let entry = place.as_ref().and_then(|place| lock(place).take());
        let is_fresh = |entry: &Entry| is_alone || now.since(entry.at) < FRESH_IN_FLEET;
        (place, entry.filter(is_fresh).map(|entry| entry.known))
    }

    /// Keeps a contact, in the place that it was taken out of; where that was given up meanwhile, nobody looks into it.
    pub(super) fn put(&self, id: &ContactId, place: Option<Place>, known: Known, now: Moment) {
        let place = place.unwrap_or_else(|| self.0.get_with_by_ref(id, Place::default));
        *lock(&place) = Some(Entry { known, at: now });
    }

    /// Keeps nothing of a contact that was erased.
    pub fn forget(&self, id: &ContactId) {
        self.0.invalidate(id);
    }
}

fn lock(place: &Place) -> std::sync::MutexGuard<'_, Option<Entry>> {
    // An entry is moved in or out as a whole.
    place.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use steps::event::Identity;

    use super::*;
    use crate::testing::NOW;

    #[test]
    fn a_contact_is_taken_once_and_in_a_fleet_only_at_once() {
        let (kept, ada) = (Kept::default(), ContactId::new("ada"));
        let known =
            || Known { version: 7, length: 1_200, contact: Contact::new(ContactId::new("ada"), Identity::default(), NOW) };
        let keep = || kept.put(&ada, kept.take(&ada, NOW, true).0, known(), NOW);
        keep();
        assert!(kept.is_kept(&ada, |contact| contact.created == NOW) && !kept.is_kept(&ada, |_| false));
        let taken = |at, is_alone| kept.take(&ada, at, is_alone).1.map(|known| known.version);
        assert_eq!(taken(NOW.plus(SECOND), false), Some(7));
        assert_eq!(taken(NOW, false), None, "it was taken");

        let later = NOW.plus(10 * SECOND);
        keep();
        assert_eq!(taken(later, false), None, "another server may know better");
        keep();
        assert_eq!(taken(later, true), Some(7));

        let (place, _) = kept.take(&ada, NOW, true);
        kept.forget(&ada);
        kept.put(&ada, place, known(), NOW);
        assert_eq!(taken(NOW, true), None, "it was erased meanwhile");
    }
}
