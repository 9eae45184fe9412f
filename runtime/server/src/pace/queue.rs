//! Who waits for a token, and the tokens that are there.

use std::collections::VecDeque;

use tokio::sync::oneshot;

/// Those who wait for a token, the first one first.
#[derive(Default)]
pub(super) struct Queue {
    waiting: VecDeque<oneshot::Sender<()>>,
    /// When the last of those that were sent away comes back.
    pub(super) later_until: i64,
}

impl Queue {
    pub(super) fn len(&self) -> usize {
        self.waiting.len()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }

    /// Whether somebody waits who has not given up.
    pub(super) fn is_awaited(&mut self) -> bool {
        while self.waiting.front().is_some_and(oneshot::Sender::is_closed) {
            self.waiting.pop_front();
        }
        !self.waiting.is_empty()
    }

    pub(super) fn push(&mut self, waiting: oneshot::Sender<()>) {
        self.waiting.push_back(waiting);
    }

    /// Gives a token to the first one. If they gave up this very moment it is lost, which does no harm.
    pub(super) fn give(&mut self) {
        if let Some(first) = self.waiting.pop_front() {
            let _ = first.send(());
        }
    }
}

/// Tokens that were leased: from when and until when each may be used, in order.
#[derive(Default)]
pub(super) struct Tokens(VecDeque<(i64, i64)>);

impl Tokens {
    pub(super) fn len(&self) -> u32 {
        u32::try_from(self.0.len()).unwrap_or(u32::MAX)
    }

    pub(super) fn add(&mut self, from: i64, until: i64) {
        self.0.push_back((from, until));
    }

    /// Takes a token that may be used now, and drops those that may not be any more.
    pub(super) fn take(&mut self, now: i64) -> bool {
        while let Some((from, until)) = self.0.front().copied() {
            if from > now {
                return false;
            }
            self.0.pop_front();
            if until >= now {
                return true;
            }
        }
        false
    }

    /// Takes a token whose moment may still come: for what can't wait for it.
    pub(super) fn take_any(&mut self, now: i64) -> bool {
        while let Some((_, until)) = self.0.pop_front() {
            if until >= now {
                return true;
            }
        }
        false
    }

    /// When the next one may be used.
    pub(super) fn next(&self) -> Option<i64> {
        self.0.front().map(|(from, _)| *from)
    }
}
