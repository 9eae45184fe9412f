//! How fast messages may go out: to one customer, and from one number. Pure arithmetic; whoever sends keeps the state.
//!
//! A pace allows a burst that must be paid back at a steady rate (the generic cell rate algorithm). Its state is one moment: when
//! the budget would be whole again. The default, a moment long ago, is a whole budget.

use crate::moment::{Moment, SECOND};

/// Messages at a steady rate, with a burst.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pace {
    /// Milliseconds between two messages in the long run.
    interval: i64,
    /// Messages that may go out at once when the budget is whole.
    burst: i64,
}

/// To one customer: a message in 6 seconds, 45 at once (Cloud API, About the platform: pair rate limits; error 131056 beyond).
///
/// One less than Meta allows: Meta counts when a message arrives, we when it goes out, and one that is quicker on the way than those
/// before it would be one too many.
pub const PAIR: Pace = Pace { interval: 6 * SECOND, burst: 44 };

/// From and to one number: 80 messages a second, sent and received together (Cloud API, Throughput; error 130429 beyond).
pub const NUMBER: u32 = 80;

/// The same of a number that is shared with the phone app (Cloud API, Onboarding WhatsApp Business app users: Coexistence).
pub const COEXISTENCE_NUMBER: u32 = 20;

impl Pace {
    /// Milliseconds until the next message may go out; 0: now.
    pub fn wait(self, whole_at: Moment, now: Moment) -> i64 {
        let borrowed = whole_at.0.saturating_sub(now.0).max(0);
        borrowed.saturating_sub(self.interval * (self.burst - 1)).max(0)
    }

    /// The state after a message went out.
    #[must_use]
    pub fn spend(self, whole_at: Moment, now: Moment) -> Moment {
        Moment(whole_at.0.max(now.0).saturating_add(self.interval))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::moment::MINUTE;

    const NOW: Moment = Moment(1_763_700_000_000);

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
    fn far_moments_do_not_overflow() {
        assert_eq!(PAIR.spend(Moment::MAX, NOW), Moment::MAX);
        assert_eq!(PAIR.wait(Moment(i64::MIN), Moment::MAX), 0);
        assert!(PAIR.wait(Moment::MAX, Moment(i64::MIN)) > 0);
    }
}
