//! The pace of a number: each send takes a token, and there are as many as Meta takes messages, what came in counted too.
//!
//! A server that is alone on its store keeps the number's budget itself. Several keep it in the store together: each leases tokens for
//! what waits here, those of the next moments in one round trip, and tells in the same step what came in. A token has a moment, as a
//! distance from the answer, and is gone soon after: so the clocks of servers need not agree, and what a server that died or slept
//! had leased is not missed for long. Where the store can't be asked each server goes by an equal share: a slow or absent
//! store must not silence a number, and all shares together keep the limit.
//!
//! Replies go before what no customer waits for ([`PendingSend::bulk`](steps::contact::PendingSend::bulk)): here, because they get the
//! next token; at other servers, because they may take tokens further ahead.
//!
//! What is promised: no send is more than the 80th message, in and out, of the second before it. What came in counts at once where it
//! came in; at other servers after [`REPORT`], and not against tokens that they have leased already: within half a second. A server that
//! joins those that are there, or finds the store again, may for a second add its own share to theirs.

mod queue;

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use interpreter::outbox::SEND_DEADLINE;
use steps::{ids::NumberId, moment::MINUTE, pace};
use store::{Budget, Lease, Leased, Rate, Store, StoreError};
use tokio::{
    sync::{Notify, oneshot},
    time::{Instant, timeout},
};

use queue::{Queue, Tokens};

/// Microseconds, of which all times here are.
const MILLISECOND: i64 = 1_000;
const SECOND: i64 = 1_000 * MILLISECOND;

/// How long after its moment a token may be used. The rate is so much lower that the limit holds all the same.
const LATE: i64 = 50 * MILLISECOND;
/// Messages that may go out at once after a rest; the next ones follow one by one, so that Meta, where messages arrive less evenly than
/// they left, does not count more.
const BURST: u32 = 2;
/// How far ahead tokens are leased: for replies, and where only others wait. A slice of tokens is one round trip.
const AHEAD: i64 = 250 * MILLISECOND;
const BULK_AHEAD: i64 = 100 * MILLISECOND;
/// How long a server that got fewer tokens than it wanted lets them gather: a few at a time, and before those who got all ask again.
const GATHER: i64 = AHEAD / 4;
/// How soon the others know of what came in, where nothing is sent meanwhile.
const REPORT: i64 = 100 * MILLISECOND;
/// How long an answer of the store may take: after that its tokens would be gone.
const ANSWER: Duration = Duration::from_millis(250);
/// When the store is asked again that did not answer, at first and later.
const RETRY: i64 = 200 * MILLISECOND;
const LATER_RETRY: i64 = SECOND;
/// When the share is used: what anybody leased before the store went away is no longer counted then.
const OUTAGE: i64 = SECOND + AHEAD + LATE;
/// How long a number sends at half its rate after Meta said that it is too fast (error 130429).
const SLOW: i64 = MINUTE * MILLISECOND;
/// The part of the deadline that a send may wait for its token.
const MAX_WAIT: i64 = SEND_DEADLINE / 2 * MILLISECOND;

/// The pace of one number.
pub struct Pace {
    number: NumberId,
    rate: Rate,
    begun: Instant,
    state: Mutex<State>,
    /// Wakes the task that hands out tokens.
    changed: Notify,
}

#[derive(Default)]
struct State {
    /// The budget, as far as it is known here: all of it where this server is alone, else what the store said last, and the share.
    known: Budget,
    /// Messages that came in and that the store has not been told of.
    untold: u32,
    /// Tokens were used that the store has not given: what is owed for them it has not been told of.
    is_local: bool,
    tokens: Tokens,
    replies: Queue,
    bulk: Queue,
    /// How many servers there are, as the last one who asked knew.
    servers: usize,
    /// Whether there is a task that hands out tokens.
    is_attended: bool,
    /// When the store is to be asked next, and whether replies were waiting when it was asked last.
    ask_at: i64,
    asked_for_replies: bool,
    /// When the store is told of what came in.
    report_at: i64,
    /// Since when the store has given nothing that could be used, and whether people were told.
    away_since: Option<i64>,
    is_told: bool,
    /// The others are to slow down.
    tell_slow: bool,
}

/// What the task does next.
enum Step {
    End,
    Wait(i64),
    Ask(Lease),
}

/// Those who keep a number's pace together.
#[derive(Clone, Copy)]
pub struct Together<'s> {
    pub store: &'s Arc<dyn Store>,
    /// How many servers there are.
    pub servers: usize,
}

impl Pace {
    /// `coexistence`: the number is shared with the phone app.
    pub fn new(number: NumberId, coexistence: bool) -> Arc<Self> {
        let limit = if coexistence { pace::COEXISTENCE_NUMBER } else { pace::NUMBER };
        Arc::new(Pace { number, rate: rate(limit), begun: Instant::now(), state: Mutex::default(), changed: Notify::new() })
    }

    /// Waits for a token; or says, where that would take too long, after how many milliseconds to try again.
    pub async fn token(self: &Arc<Self>, together: Together<'_>, bulk: bool) -> Result<(), i64> {
        let waiting = {
            let (mut state, now) = (self.lock(), self.now());
            state.servers = together.servers;
            if state.waiting() == 0 && self.take_at_once(&mut state, together, now) {
                return Ok(());
            }
            let before = if bulk { state.waiting() } else { state.replies.len() };
            let interval = self.rate.interval_when(state.known.slow_until > now);
            if i64::try_from(before).unwrap_or(i64::MAX).saturating_mul(interval) > MAX_WAIT {
                return Err(self.later(&mut state, bulk, now));
            }
            let (token, waiting) = oneshot::channel();
            state.queue(bulk).push(token);
            self.attend(&mut state, together);
            waiting
        };
        match timeout(micros(MAX_WAIT), waiting).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_)) | Err(_) => Err(self.later(&mut self.lock(), bulk, self.now())),
        }
    }

    /// Messages came in: they wait for nobody, and use up tokens.
    pub fn received(self: &Arc<Self>, together: Together<'_>, count: u32) {
        let (mut state, now) = (self.lock(), self.now());
        state.servers = together.servers;
        let spent = (0..count).filter(|_| !state.tokens.take_any(now)).count();
        let Ok(spent @ 1..) = u32::try_from(spent) else { return };
        state.known.take(&Lease { spent, ..self.lease(now) });
        if !state.are_several(together) || state.away_since.is_some() {
            state.is_local = true;
            return;
        }
        if state.untold == 0 {
            state.report_at = now + REPORT;
        }
        state.untold = state.untold.saturating_add(spent);
        self.attend(&mut state, together);
    }

    /// Meta said that the number is too fast: all servers halve its rate for a while.
    pub fn slow_down(self: &Arc<Self>, together: Together<'_>) {
        let (mut state, now) = (self.lock(), self.now());
        state.servers = together.servers;
        state.known.slow_until = now + SLOW;
        if state.are_several(together) {
            state.tell_slow = true;
            self.attend(&mut state, together);
        }
    }

    /// A token that is there already.
    fn take_at_once(&self, state: &mut State, together: Together<'_>, now: i64) -> bool {
        if state.tokens.take(now) {
            return true;
        }
        if state.are_several(together) {
            return false;
        }
        state.is_local = true;
        state.known.take(&Lease { wanted: 1, ..self.lease(now) }).granted == 1
    }

    /// When a send that does not wait any longer is to come back, in milliseconds: one after the other, at the number's pace.
    fn later(&self, state: &mut State, bulk: bool, now: i64) -> i64 {
        let interval = self.share(state).interval_when(state.known.slow_until > now);
        let queue = state.queue(bulk);
        queue.later_until = queue.later_until.max(now + MAX_WAIT) + interval;
        (queue.later_until - now).div_euclid(MILLISECOND) + 1
    }

    /// Sees to it that a task hands out tokens.
    fn attend(self: &Arc<Self>, state: &mut State, together: Together<'_>) {
        self.changed.notify_one();
        if !state.is_attended {
            state.is_attended = true;
            tokio::spawn(self.clone().hand_out(together.store.clone()));
        }
    }

    /// Hands out tokens until nobody waits.
    async fn hand_out(self: Arc<Self>, store: Arc<dyn Store>) {
        loop {
            match self.next(&store) {
                Step::End => return,
                Step::Wait(until) => {
                    tokio::select! {
                        () = tokio::time::sleep_until(self.begun + micros(until)) => {}
                        () = self.changed.notified() => {}
                    }
                }
                Step::Ask(lease) => {
                    let answer = timeout(ANSWER, store.lease(&lease)).await;
                    self.answered(&lease, answer.unwrap_or_else(|_| Err(too_late())));
                }
            }
        }
    }

    fn next(&self, store: &Arc<dyn Store>) -> Step {
        let (mut state, now) = (self.lock(), self.now());
        let together = Together { store, servers: state.servers };
        loop {
            state.hand_out(now);
            let wanted = u32::try_from(state.waiting()).unwrap_or(u32::MAX);
            let has_news = state.are_several(together) && (state.untold > 0 || state.tell_slow);
            if wanted == 0 && !has_news {
                state.is_attended = false;
                return Step::End;
            }
            let report_at = if state.untold > 0 { state.report_at } else { i64::MAX };
            if let Some(next) = state.tokens.next().filter(|_| wanted > 0 && report_at > now) {
                return Step::Wait(next.min(report_at));
            }
            let is_urgent = state.tell_slow || (!state.replies.is_empty() && !state.asked_for_replies);
            let ask_at = match state.away_since {
                Some(_) => state.ask_at,
                None if is_urgent => now,
                None if wanted == 0 => state.report_at,
                None if state.untold > 0 => state.ask_at.min(state.report_at),
                None => state.ask_at,
            };
            if state.are_several(together) && ask_at <= now {
                state.asked_for_replies = !state.replies.is_empty();
                let ahead = if state.asked_for_replies { AHEAD } else { BULK_AHEAD };
                let slow_for = if state.tell_slow { SLOW } else { 0 };
                let spent = if state.is_local { self.owed(&state, now) } else { state.untold };
                (state.untold, state.is_local) = (0, false);
                let wanted = wanted.saturating_sub(state.tokens.len());
                return Step::Ask(Lease { wanted, spent, ahead, slow_for, ..self.lease(now) });
            }
            let rate = match state.away_since {
                _ if !state.are_several(together) => self.rate,
                Some(since) if now - since >= OUTAGE => self.share(&state),
                Some(since) => return Step::Wait(ask_at.min(since + OUTAGE)),
                None => return Step::Wait(ask_at),
            };
            if wanted == 0 {
                return Step::Wait(ask_at);
            }
            let leased = state.known.take(&Lease { wanted, rate, ..self.lease(now) });
            if leased.granted == 0 {
                return Step::Wait(now + leased.first);
            }
            state.is_local = true;
            (0..leased.granted).for_each(|_| state.tokens.add(now, now + LATE));
        }
    }

    /// What the store gave, or that it gave nothing.
    fn answered(&self, lease: &Lease, answer: Result<Leased, StoreError>) {
        let (mut state, now) = (self.lock(), self.now());
        let leased = match answer {
            Ok(leased) => leased,
            Err(error) => return self.is_away(&mut state, lease, &error, now),
        };
        let (granted, interval) = (i64::from(leased.granted), self.rate.interval_when(leased.slow_for > 0));
        let moments = (0..granted).map(|place| (leased.first + place * interval).max(0));
        // The store's answer was made at some time between the question and now: no token is used before its moment, nor too late.
        let tokens: Vec<(i64, i64)> = moments.map(|moment| (now + moment, lease.now + moment + LATE)).collect();
        if granted > 0 && tokens.iter().all(|(from, until)| from > until) {
            return self.is_away(&mut state, lease, &too_late(), now);
        }
        state.away_since = None;
        if std::mem::take(&mut state.is_told) {
            tracing::info!(number.id = %self.number, "number {} keeps its pace with the other servers again", self.number);
        }
        tokens.into_iter().for_each(|(from, until)| state.tokens.add(from, until));
        state.tell_slow &= lease.slow_for == 0;
        let next = leased.first + granted * interval;
        state.known.whole_at = now + next + i64::from(self.rate.burst - 1) * interval;
        state.known.slow_until = if leased.slow_for > 0 { now + leased.slow_for } else { 0 };
        state.ask_at = if leased.granted < lease.wanted { now + (next - lease.ahead).max(0) + GATHER } else { now };
    }

    fn is_away(&self, state: &mut State, lease: &Lease, error: &StoreError, now: i64) {
        let since = *state.away_since.get_or_insert(lease.now);
        let is_outage = now - since >= OUTAGE;
        if is_outage && !std::mem::replace(&mut state.is_told, true) {
            tracing::warn!(
                number.id = %self.number, %error,
                "number {} can't keep its pace with the other servers, and goes by its share until it can: {error}", self.number
            );
        }
        state.is_local = true;
        state.untold = 0;
        state.ask_at = now + if is_outage { LATER_RETRY } else { RETRY };
        state.tell_slow = false;
    }

    /// How many messages, of those that went out and came in, are not paid back as far as is known here.
    fn owed(&self, state: &State, now: i64) -> u32 {
        let owed = (state.known.whole_at - now + self.rate.interval - 1).div_euclid(self.rate.interval);
        u32::try_from(owed).unwrap_or_default()
    }

    /// An equal share of the rate.
    fn share(&self, state: &State) -> Rate {
        let servers = i64::try_from(state.servers).unwrap_or(i64::MAX).max(1);
        Rate { interval: self.rate.interval.saturating_mul(servers), ..self.rate }
    }

    fn lease(&self, now: i64) -> Lease {
        Lease { budget: self.number.to_string(), rate: self.rate, wanted: 0, spent: 0, ahead: 0, slow_for: 0, now }
    }

    fn now(&self) -> i64 {
        i64::try_from(self.begun.elapsed().as_micros()).unwrap_or(i64::MAX)
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn queue(&mut self, bulk: bool) -> &mut Queue {
        if bulk { &mut self.bulk } else { &mut self.replies }
    }

    fn waiting(&self) -> usize {
        self.replies.len() + self.bulk.len()
    }

    /// Whether other servers have a part in the budget.
    fn are_several(&self, together: Together<'_>) -> bool {
        self.servers > 1 && together.store.is_shared()
    }

    /// Gives those who wait what there is now, replies first.
    fn hand_out(&mut self, now: i64) {
        loop {
            let (replies, bulk) = (self.replies.is_awaited(), self.bulk.is_awaited());
            if !(replies || bulk) || !self.tokens.take(now) {
                return;
            }
            self.queue(!replies).give();
        }
    }
}

/// A rate of which no second has more messages than the limit, though each may be a little late: what goes out in a second had its
/// moment in that second or so little before, and of so much time there are as many moments as intervals fit, and the burst.
fn rate(limit: u32) -> Rate {
    let interval = (SECOND + LATE).div_euclid(i64::from(limit - BURST + 1)) + 1;
    // After so long, what came in now and what was leased before are more than a second ago.
    let longest_debt = AHEAD + LATE + SECOND + interval * i64::from(BURST - 1);
    Rate { interval, burst: BURST, longest_debt }
}

fn too_late() -> StoreError {
    let reason = format!("its answers take longer than {} ms; check its load and the network", LATE / MILLISECOND);
    StoreError::Unavailable { reason }
}

fn micros(micros: i64) -> Duration {
    Duration::from_micros(u64::try_from(micros).unwrap_or_default())
}

#[cfg(test)]
mod tests;
