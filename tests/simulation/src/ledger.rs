//! What happened in a run, as far as the promises are about it: messages written and accepted, claims, what the Graph API took, statuses.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use steps::{
    contact::{Contact, Work},
    ids::{ContactId, EntryId},
    moment::Moment,
};

use crate::life::Life;

/// By which of their names a customer wrote.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Names {
    Phone,
    UserId,
    Both,
}

/// A message of a customer's.
#[derive(Clone, Debug)]
pub struct Written {
    pub customer: usize,
    pub names: Names,
    pub text: String,
    /// When Meta first sent it.
    pub sent: Moment,
    /// When a server first answered 200.
    pub accepted: Option<Moment>,
    /// The answer that is expected, where one is sure.
    pub expects: Option<String>,
}

/// A send that the Graph API took: the customer has it.
#[derive(Clone)]
pub struct Taken {
    pub contact: ContactId,
    pub entry: EntryId,
    pub text: String,
    pub wamid: String,
    pub at: Moment,
    pub by: Arc<Life>,
    /// The server slept between its last thought and the request: it could not know how late it was.
    pub was_asleep: bool,
    /// When the server had the whole answer.
    pub answered: Option<Moment>,
    /// When a server first answered 200 to a status of it.
    pub told: Option<Moment>,
}

/// An entry was claimed.
#[derive(Clone, Debug)]
pub struct Claim {
    pub at: Moment,
    /// The process, as it names itself.
    pub by: String,
    /// By the clock of that process.
    pub until: Moment,
}

#[derive(Default)]
pub struct Records {
    /// By id.
    pub messages: BTreeMap<String, Written>,
    pub taken: Vec<Taken>,
    pub claims: BTreeMap<(String, u32), Vec<Claim>>,
    /// Messages that customers wrote.
    pub written: u64,
    /// Times that a server answered 200 to one of them.
    pub accepted: u64,
    /// Messages that the Graph API took.
    pub sends: u64,
    pub crashes: u64,
    pub sleeps: u64,
    pub faults: u64,
    pub webhooks: u64,
    pub refused_webhooks: u64,
}

pub struct Ledger {
    /// Else nothing is kept but the counts: a day of a million conversations is not checked message by message.
    keeps: bool,
    records: Mutex<Records>,
}

impl Records {
    /// The claim under which something was sent.
    pub fn claim_of(&self, taken: &Taken) -> Option<&Claim> {
        let claims = self.claims.get(&(taken.contact.to_string(), taken.entry.0))?;
        claims.iter().rfind(|claim| claim.by == taken.by.process() && claim.at <= taken.at)
    }
}

impl Ledger {
    pub fn new(keeps: bool) -> Self {
        Ledger { keeps, records: Mutex::default() }
    }

    pub fn keeps(&self) -> bool {
        self.keeps
    }

    /// A customer wrote; gives the message's id.
    pub fn written(&self, written: Written) -> String {
        let mut records = self.lock();
        let id = format!("wamid.in{}", records.written);
        records.written += 1;
        if self.keeps {
            records.messages.insert(id.clone(), written);
        }
        id
    }

    /// The Graph API took a message; gives its id. `taken` is made only where it is kept.
    pub fn taken(&self, taken: impl FnOnce(String) -> Taken) -> String {
        let mut records = self.lock();
        let wamid = format!("wamid.out{}", records.sends);
        records.sends += 1;
        if self.keeps {
            records.taken.push(taken(wamid.clone()));
        }
        wamid
    }

    pub fn lock(&self) -> MutexGuard<'_, Records> {
        self.records.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn accepted(&self, wamid: &str, now: Moment) {
        self.lock().accepted += 1;
        if let Some(written) = self.lock().messages.get_mut(wamid) {
            written.accepted.get_or_insert(now);
        }
    }

    pub fn told(&self, wamid: &str, now: Moment) {
        if let Some(taken) = self.lock().taken.iter_mut().find(|taken| taken.wamid == wamid) {
            taken.told.get_or_insert(now);
        }
    }

    pub fn answered(&self, wamid: &str, now: Moment) {
        if let Some(taken) = self.lock().taken.iter_mut().find(|taken| taken.wamid == wamid) {
            taken.answered.get_or_insert(now);
        }
    }

    /// A contact was committed: notes which sends were claimed with it.
    pub fn committed(&self, contact: &str, value: &[u8], now: Moment) {
        let Some(found) = Some(value).filter(|_| self.keeps).and_then(|value| Contact::read(value).ok()) else { return };
        for pending in &found.pending {
            let Work::Send(send) = &pending.work else { continue };
            let Some(claim) = &send.claim else { continue };
            let mut records = self.lock();
            let claims = records.claims.entry((contact.to_owned(), pending.id.0)).or_default();
            let is_known = claims.iter().any(|known| claim.by == known.by && claim.until == known.until);
            if !is_known {
                claims.push(Claim { at: now, by: claim.by.to_string(), until: claim.until });
            }
        }
    }
}
