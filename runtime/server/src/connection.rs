//! What this process saw of the connection to WhatsApp since its start: which webhooks came in, what the Graph API said to sends. For
//! people who set it up; nothing is decided by it.

use std::{
    collections::HashMap,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicI64, Ordering},
    },
};

use steps::{
    event::{ChannelError, Reaction, SendOutcome},
    ids::NumberId,
    moment::Moment,
};
use whatsapp::{errors::PAIR_LIMIT, webhook::Number};

/// What was seen, by number of ours.
#[derive(Default)]
pub struct Connection {
    numbers: HashMap<NumberId, Seen>,
    /// A webhook came whose signature none of the secrets makes.
    refused: Last,
    /// Meta asked for the address, and was answered.
    verified: Last,
    /// Meta asked with another verify token.
    misverified: Last,
}

/// What was seen of one number.
#[derive(Default)]
struct Seen {
    /// The phone number as Meta writes it.
    display: Mutex<Option<String>>,
    webhook: Last,
    accepted: Last,
    failure: Mutex<Option<Failure>>,
}

/// What the Graph API refused, where that says something of the connection and not of one customer.
#[derive(Clone, Debug)]
pub struct Failure {
    pub at: Moment,
    pub error: ChannelError,
}

/// The last time of something. 0: never.
#[derive(Default)]
struct Last(AtomicI64);

impl Last {
    fn now(&self, now: Moment) {
        self.0.store(now.0, Ordering::Relaxed);
    }

    fn get(&self) -> Option<Moment> {
        Some(self.0.load(Ordering::Relaxed)).filter(|at| *at != 0).map(Moment)
    }
}

impl Connection {
    pub fn of<'n>(numbers: impl IntoIterator<Item = &'n NumberId>) -> Self {
        Connection { numbers: numbers.into_iter().map(|number| (number.clone(), Seen::default())).collect(), ..Self::default() }
    }

    /// A webhook told of a number.
    pub fn heard(&self, number: &Number, now: Moment) {
        let Some(seen) = self.numbers.get(&number.id) else { return };
        seen.webhook.now(now);
        let mut display = seen.display.lock().unwrap_or_else(PoisonError::into_inner);
        if number.display.is_some() && *display != number.display {
            display.clone_from(&number.display);
        }
    }

    /// The Graph API answered a send.
    pub fn answered(&self, number: &NumberId, outcome: &SendOutcome, now: Moment) {
        let Some(seen) = self.numbers.get(number) else { return };
        let error = match outcome {
            SendOutcome::Accepted { .. } => {
                seen.accepted.now(now);
                return;
            }
            SendOutcome::Refused(error) | SendOutcome::Deferred { error, .. } => error,
            SendOutcome::Postponed { .. } | SendOutcome::Unknown => return,
        };
        let is_of_connection = match error.reaction {
            Reaction::Stop => true,
            Reaction::Retry => error.code != PAIR_LIMIT,
            _ => false,
        };
        if is_of_connection {
            let failure = Failure { at: now, error: error.clone() };
            *seen.failure.lock().unwrap_or_else(PoisonError::into_inner) = Some(failure);
        }
    }

    /// A webhook came that is not signed with a secret of ours.
    pub fn refused(&self, now: Moment) {
        self.refused.now(now);
    }

    /// Meta asked whether the address is ours. `fits`: with our verify token.
    pub fn asked(&self, fits: bool, now: Moment) {
        if fits { self.verified.now(now) } else { self.misverified.now(now) }
    }

    /// A phone number as Meta writes it.
    pub fn display(&self, number: &NumberId) -> Option<String> {
        self.numbers.get(number)?.display.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The last webhook of any number.
    pub fn last_webhook(&self) -> Option<Moment> {
        self.numbers.values().filter_map(|seen| seen.webhook.get()).max()
    }

    /// The last webhook that told of a number.
    pub fn webhook_of(&self, number: &NumberId) -> Option<Moment> {
        self.numbers.get(number)?.webhook.get()
    }

    pub fn last_refused(&self) -> Option<Moment> {
        self.refused.get()
    }

    pub fn last_verified(&self) -> Option<Moment> {
        self.verified.get()
    }

    pub fn last_misverified(&self) -> Option<Moment> {
        self.misverified.get()
    }

    /// The last send that was accepted of a number.
    pub fn accepted_of(&self, number: &NumberId) -> Option<Moment> {
        self.numbers.get(number)?.accepted.get()
    }

    /// What stands between a number and its customers: the last failure, unless a send was accepted since.
    pub fn failure_of(&self, number: &NumberId) -> Option<Failure> {
        let seen = self.numbers.get(number)?;
        let failure = seen.failure.lock().unwrap_or_else(PoisonError::into_inner).clone()?;
        Some(failure).filter(|failure| seen.accepted.get().is_none_or(|accepted| accepted < failure.at))
    }
}
