//! How fast messages may go out: to one customer, and from one number. Pure arithmetic; whoever sends keeps the state.
//!
//! A pace allows a burst that must be paid back at a steady rate (the generic cell rate algorithm). Its state is one moment: when
//! the budget would be whole again. The default, a moment long ago, is a whole budget.

use crate::moment::Moment;

/// Messages at a steady rate, with a burst.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pace {
    /// Microseconds between two messages in the long run.
    interval: i64,
    /// Messages that may go out at once when the budget is whole.
    burst: i64,
}

/// To one customer: a message in 6 seconds, 45 at once (Cloud API, About the platform: pair rate limits; error 131056 beyond).
///
/// One less than Meta allows: Meta counts when a message arrives, we when it goes out, and one that is quicker on the way than those
/// before it would be one too many.
pub const PAIR: Pace = Pace { interval: 6_000_000, burst: 44 };

/// From one number: 80 messages a second (Cloud API, Throughput; error 130429 beyond). Meta counts by the second, so no more than a
/// quarter of it goes out at once.
pub const NUMBER: Pace = Pace { interval: 1_000_000 / 80, burst: 20 };

/// From a number that is shared with the phone app (Coexistence): 20 messages a second (Cloud API, Throughput).
pub const SHARED_NUMBER: Pace = Pace { interval: 1_000_000 / 20, burst: 5 };

impl Pace {
    /// An equal share of it, where so many keep it together without asking each other.
    #[must_use]
    pub fn shared_by(self, count: usize) -> Self {
        let count = i64::try_from(count).unwrap_or(i64::MAX).max(1);
        Pace { interval: self.interval.saturating_mul(count), burst: (self.burst / count).max(1) }
    }

    /// Milliseconds until the next message may go out; 0: now.
    pub fn wait(self, whole_at: Moment, now: Moment) -> i64 {
        let micros = self.wait_micros(micros(whole_at), micros(now));
        micros.saturating_add(999) / 1_000
    }

    /// The state after a message went out.
    #[must_use]
    pub fn spend(self, whole_at: Moment, now: Moment) -> Moment {
        let micros = self.spend_micros(micros(whole_at), micros(now));
        Moment(micros.saturating_add(999).div_euclid(1_000))
    }

    /// As [`Pace::wait`], all in microseconds, for rates above some ten a second.
    pub fn wait_micros(self, whole_at: i64, now: i64) -> i64 {
        let borrowed = whole_at.saturating_sub(now).max(0);
        borrowed.saturating_sub(self.interval * (self.burst - 1)).max(0)
    }

    /// As [`Pace::spend`], all in microseconds.
    #[must_use]
    pub fn spend_micros(self, whole_at: i64, now: i64) -> i64 {
        whole_at.max(now).saturating_add(self.interval)
    }
}

fn micros(moment: Moment) -> i64 {
    moment.0.saturating_mul(1_000)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::moment::{MINUTE, SECOND};

    const NOW: Moment = Moment(1_763_700_000_000);

    #[test]
    fn those_who_share_a_pace_keep_it_together() {
        for count in [1, 2, 3, 7] {
            let share = NUMBER.shared_by(count);
            let mut sent = 0;
            for _ in 0..count {
                let mut whole_at = 0;
                while share.wait_micros(whole_at, 0) < 1_000_000 {
                    whole_at = share.spend_micros(whole_at, 0);
                    sent += 1;
                }
            }
            assert!((79..=100).contains(&sent), "{sent} in the first second, by {count}");
        }
        assert_eq!(NUMBER.shared_by(0), NUMBER);
    }

    #[test]
    fn a_burst_to_one_customer_is_paid_back() {
        let mut whole_at = Moment::default();
        for sent in 0..44 {
            assert_eq!(PAIR.wait(whole_at, NOW), 0, "message {sent}");
            whole_at = PAIR.spend(whole_at, NOW);
        }
        assert_eq!(PAIR.wait(whole_at, NOW), 6 * SECOND);
        let later = NOW.plus(6 * SECOND);
        assert_eq!(PAIR.wait(whole_at, later), 0);
        whole_at = PAIR.spend(whole_at, later);
        assert_eq!(PAIR.wait(whole_at, later), 6 * SECOND);
        // After a pause as long as the debt, the whole burst is there again.
        assert_eq!(PAIR.spend(whole_at, later.plus(5 * MINUTE)), later.plus(5 * MINUTE + 6 * SECOND));
    }

    /// Meta's own count, where each message is up to 3 seconds on its way and the last one is quick.
    #[test]
    fn a_message_that_is_quick_on_its_way_is_not_one_too_many() {
        let meta = Pace { burst: 45, ..PAIR };
        let (mut ours, mut theirs, mut now) = (Moment::default(), Moment::default(), NOW);
        for sent in 0..60 {
            now = now.plus(PAIR.wait(ours, now));
            ours = PAIR.spend(ours, now);
            let arrived = now.plus(if sent == 59 { 0 } else { 3 * SECOND });
            assert_eq!(meta.wait(theirs, arrived), 0, "message {sent}");
            theirs = meta.spend(theirs, arrived);
        }
    }

    #[test]
    fn a_number_sends_its_rate() {
        for (pace, rate) in [(NUMBER, 80), (SHARED_NUMBER, 20)] {
            let (mut whole_at, mut now, start) = (0, 1_000_000_000, 1_000_000_000);
            let mut sent = 0;
            while now < start + 10_000_000 {
                let wait = pace.wait_micros(whole_at, now);
                if wait == 0 {
                    whole_at = pace.spend_micros(whole_at, now);
                    sent += 1;
                } else {
                    now += wait;
                }
            }
            assert!((rate * 10..=rate * 10 + rate / 4).contains(&sent), "{sent}");
        }
    }

    #[test]
    fn far_moments_do_not_overflow() {
        assert_eq!(PAIR.spend(Moment::MAX, NOW).0, i64::MAX / 1_000);
        assert_eq!(PAIR.wait(Moment(i64::MIN), Moment::MAX), 0);
        assert!(PAIR.wait(Moment::MAX, Moment(i64::MIN)) > 0);
    }
}
