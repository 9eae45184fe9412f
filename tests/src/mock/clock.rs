//! The mock's own clock: windows, limits, media addresses and time stamps all follow it, so that a test can let
//! a day pass in no time.

use std::sync::Mutex;
use std::time::Instant;

use jiff::{SignedDuration, Timestamp};

use super::lock;

/// A clock that runs with real time until it is told otherwise.
#[derive(Debug)]
pub struct Clock(Mutex<Hands>);

#[derive(Debug)]
struct Hands {
    shown: Timestamp,
    /// When `shown` was right; `None` while the clock is frozen.
    since: Option<Instant>,
}

impl Clock {
    /// A running clock that shows `now`.
    pub fn starting_at(now: Timestamp) -> Self {
        Self(Mutex::new(Hands { shown: now, since: Some(Instant::now()) }))
    }

    /// The time the mock believes it is.
    pub fn now(&self) -> Timestamp {
        lock(&self.0).now()
    }

    /// Puts the clock to `time`; it goes on running, or stays frozen.
    pub fn set(&self, time: Timestamp) {
        lock(&self.0).put(time);
    }

    /// Moves the clock, also backwards.
    pub fn advance(&self, by: SignedDuration) {
        let mut hands = lock(&self.0);
        let now = hands.now();
        let limit = if by.is_negative() { Timestamp::MIN } else { Timestamp::MAX };
        hands.put(now.checked_add(by).unwrap_or(limit));
    }

    /// Stops the clock where it is; [`Clock::set`] and [`Clock::advance`] still move it.
    pub fn freeze(&self) {
        let mut hands = lock(&self.0);
        hands.shown = hands.now();
        hands.since = None;
    }

    /// Lets a frozen clock run on.
    pub fn run(&self) {
        let mut hands = lock(&self.0);
        hands.shown = hands.now();
        hands.since = Some(Instant::now());
    }
}

impl Hands {
    fn now(&self) -> Timestamp {
        let passed = self
            .since
            .map_or(SignedDuration::ZERO, |since| SignedDuration::try_from(since.elapsed()).unwrap_or(SignedDuration::MAX));
        self.shown.checked_add(passed).unwrap_or(Timestamp::MAX)
    }

    fn put(&mut self, time: Timestamp) {
        self.shown = time;
        self.since = self.since.map(|_| Instant::now());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOON: Timestamp = Timestamp::constant(1_780_000_000, 0);

    #[test]
    fn a_frozen_clock_moves_only_when_told() {
        let clock = Clock::starting_at(NOON);
        clock.freeze();
        clock.set(NOON);
        assert_eq!(clock.now(), NOON);
        clock.advance(SignedDuration::from_hours(24));
        assert_eq!(clock.now().as_second(), NOON.as_second() + 86_400);
        clock.advance(SignedDuration::from_hours(-24));
        assert_eq!(clock.now(), NOON);
    }

    #[test]
    fn a_running_clock_never_shows_less_than_it_was_set_to() {
        let clock = Clock::starting_at(NOON);
        clock.freeze();
        clock.run();
        clock.set(NOON);
        assert!(clock.now() >= NOON);
    }
}
