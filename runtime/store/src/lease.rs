//! Budgets that servers keep together: each asks for tokens when it needs some, and gets those of the next moments.
//!
//! A budget gives back one token an interval, and lends a few at once (the generic cell rate algorithm). Its state is one moment:
//! when it would be whole again. A token is for a moment of its own, told as a distance from the answer, so that the clocks of
//! servers need not agree; one that is not used then is gone.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

/// How fast the tokens of a budget come back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    /// Microseconds from one token to the next.
    pub interval: i64,
    /// Tokens that may be used at once after a rest.
    pub burst: u32,
    /// Microseconds after which the budget is whole again, however much was used without asking.
    pub longest_debt: i64,
}

/// What a server asks of a budget.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lease {
    /// The name of the budget.
    pub budget: String,
    /// The same for all who share it.
    pub rate: Rate,
    /// How many tokens it needs; it gets fewer where there are not so many.
    pub wanted: u32,
    /// How many it has used without asking.
    pub spent: u32,
    /// How far ahead a token's moment may lie, in microseconds.
    pub ahead: i64,
    /// For so many microseconds from now on tokens come at half the rate; 0: as they did.
    pub slow_for: i64,
    /// The caller's time in microseconds, from any beginning. A store that several processes share goes by its own.
    pub now: i64,
}

/// What a server gets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Leased {
    /// How many of the tokens it asked for.
    pub granted: u32,
    /// Microseconds until the moment of the first token, given or not; 0 or less: it may be used at once. The next ones follow at the
    /// interval.
    pub first: i64,
    /// Microseconds for which the interval is doubled.
    pub slow_for: i64,
}

/// The state of a budget, where one process keeps it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Budget {
    /// When it would be whole again, in microseconds of the caller's time.
    pub whole_at: i64,
    /// Until when tokens come at half the rate.
    pub slow_until: i64,
}

impl Rate {
    /// The interval, at half the rate or not.
    pub fn interval_when(&self, slow: bool) -> i64 {
        if slow { self.interval.saturating_mul(2) } else { self.interval }
    }
}

impl Budget {
    /// Takes what there is of what is wanted. The script of the store on Redis does the same.
    pub fn take(&mut self, lease: &Lease) -> Leased {
        let Lease { rate, now, .. } = *lease;
        if lease.slow_for > 0 {
            self.slow_until = self.slow_until.max(now.saturating_add(lease.slow_for));
        }
        let interval = rate.interval_when(self.slow_until > now).max(1);
        let mut whole_at = self.whole_at.max(now);
        if lease.spent > 0 {
            let debt = whole_at.saturating_add(interval.saturating_mul(i64::from(lease.spent)));
            whole_at = debt.min(now.saturating_add(rate.longest_debt)).max(whole_at);
        }
        let lent = interval.saturating_mul(i64::from(rate.burst) - 1);
        let first = whole_at.saturating_sub(now).saturating_sub(lent);
        let there_are = lease.ahead.saturating_sub(first).div_euclid(interval).saturating_add(1);
        let granted = there_are.clamp(0, i64::from(lease.wanted));
        self.whole_at = whole_at.saturating_add(interval.saturating_mul(granted));
        let slow_for = (self.slow_until - now).max(0);
        Leased { granted: u32::try_from(granted).unwrap_or(lease.wanted), first, slow_for }
    }
}

/// The budgets of a store that one process has to itself. They begin anew with it: what was used before is soon forgotten anyway.
#[derive(Debug, Default)]
pub(crate) struct Budgets(Mutex<HashMap<String, Budget>>);

impl Budgets {
    pub(crate) fn lease(&self, lease: &Lease) -> Leased {
        let mut budgets = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        budgets.entry(lease.budget.clone()).or_default().take(lease)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const RATE: Rate = Rate { interval: 10_000, burst: 3, longest_debt: 500_000 };

    fn ask(wanted: u32, now: i64) -> Lease {
        Lease { budget: "1001".into(), rate: RATE, wanted, spent: 0, ahead: 0, slow_for: 0, now }
    }

    #[test]
    fn a_few_are_lent_and_the_next_ones_come_one_by_one() {
        let mut budget = Budget::default();
        assert_eq!(budget.take(&ask(10, 1_000_000)), Leased { granted: 3, first: -20_000, slow_for: 0 });
        assert_eq!(budget.take(&ask(10, 1_004_000)), Leased { granted: 0, first: 6_000, slow_for: 0 });
        let ahead = Lease { ahead: 50_000, ..ask(10, 1_004_000) };
        assert_eq!(budget.take(&ahead), Leased { granted: 5, first: 6_000, slow_for: 0 });
        assert_eq!(budget.take(&ask(1, 1_004_000)).first, 56_000);
    }

    #[test]
    fn debts_are_forgotten_after_a_while() {
        let mut budget = Budget::default();
        budget.take(&Lease { spent: 1_000, ..ask(0, 0) });
        assert_eq!(budget.take(&ask(1, 0)).first, 480_000);
        assert_eq!(budget.take(&ask(9, 500_000)).granted, 3);
    }

    proptest! {
        /// Of no interval of time more tokens are given than the burst, and one for each interval in it.
        #[test]
        fn the_rate_is_kept_in_any_window(asks in prop::collection::vec((0_i64..60_000, 0_u32..12, 0_u32..3, 0_i64..100_000), 1..80)) {
            let (mut budget, mut now, mut moments) = (Budget::default(), 0, Vec::new());
            for (passed, wanted, spent, ahead) in asks {
                now += passed;
                let leased = budget.take(&Lease { spent, ahead, ..ask(wanted, now) });
                let moment = |place: u32| now + (leased.first + i64::from(place) * RATE.interval).max(0);
                moments.extend((0..leased.granted).map(moment));
                prop_assert!(leased.granted <= wanted);
            }
            for (place, from) in moments.iter().enumerate() {
                for (count, until) in moments[place..].iter().enumerate() {
                    let allowed = i64::from(RATE.burst) + (until - from) / RATE.interval;
                    prop_assert!(i64::try_from(count).unwrap() < allowed, "{} within {}", count + 1, until - from);
                }
            }
        }
    }
}
