//! Meta's limits on the speed of sending: by business number, and by number and customer.
//!
//! Pure: the time is an argument. Both limits are token buckets; the pair's is what the documentation describes as
//! messages that are lent in a burst and have to be paid back.

use std::collections::HashMap;

use jiff::Timestamp;

use super::error::GraphError;
use super::payload::Number;

/// Messages to one customer that may go in a burst (Cloud API, "About the platform", pair rate limit).
pub const PAIR_BURST: u32 = 45;
/// Seconds after which the pair gets one message back.
pub const PAIR_SECONDS: u32 = 6;

/// The state of both limits.
#[derive(Debug, Default)]
pub(crate) struct Limits {
    numbers: HashMap<String, Bucket>,
    pairs: HashMap<(String, String), Bucket>,
}

impl Limits {
    /// Takes one message from `number` to `customer` out of both buckets, or says which limit it breaks: 130429 for the
    /// number's throughput, 131056 for the pair. A refused message costs nothing.
    pub(crate) fn take(&mut self, number: &Number, customer: &str, now: Timestamp) -> Result<(), GraphError> {
        let rate = f64::from(number.throughput);
        let throughput = self.number(number, now);
        throughput.refill(rate, rate, now);
        if throughput.tokens < 1.0 {
            let details = format!(
                "Cloud API message throughput has been reached: {} sends and received messages a second.",
                number.throughput
            );
            return Err(GraphError::new(130429, details));
        }
        let full = f64::from(PAIR_BURST);
        let pair = self.pairs.entry((number.id.clone(), customer.to_owned())).or_insert_with(|| Bucket { tokens: full, at: now });
        pair.refill(full, 1.0 / f64::from(PAIR_SECONDS), now);
        if pair.tokens < 1.0 {
            return Err(GraphError::new(
                131056,
                "Too many messages sent from the sender phone number to the same recipient phone number in a short period of time.",
            ));
        }
        pair.tokens -= 1.0;
        self.number(number, now).tokens -= 1.0;
        Ok(())
    }

    /// Counts a received message, which uses throughput too but is never refused.
    pub(crate) fn received(&mut self, number: &Number, now: Timestamp) {
        let rate = f64::from(number.throughput);
        let throughput = self.number(number, now);
        throughput.refill(rate, rate, now);
        throughput.tokens = (throughput.tokens - 1.0).max(0.0);
    }

    fn number(&mut self, number: &Number, now: Timestamp) -> &mut Bucket {
        self.numbers.entry(number.id.clone()).or_insert_with(|| Bucket { tokens: f64::from(number.throughput), at: now })
    }
}

#[derive(Debug)]
struct Bucket {
    tokens: f64,
    at: Timestamp,
}

impl Bucket {
    fn refill(&mut self, full: f64, per_second: f64, now: Timestamp) {
        // A clock that was set back refills nothing.
        let passed = now.duration_since(self.at).as_secs_f64().max(0.0);
        self.tokens = (self.tokens + passed * per_second).min(full);
        self.at = now;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::SignedDuration;

    const NOW: Timestamp = Timestamp::constant(1_780_000_000, 0);

    fn later(milliseconds: i64) -> Timestamp {
        NOW + SignedDuration::from_millis(milliseconds)
    }

    fn sent(limits: &mut Limits, number: &Number, customer: &str, at: Timestamp, times: u32) -> (u32, Option<u32>) {
        for done in 0..times {
            if let Err(error) = limits.take(number, customer, at) {
                return (done, Some(error.code));
            }
        }
        (times, None)
    }

    #[test]
    fn a_pair_has_a_burst_and_then_one_message_in_six_seconds() {
        let mut limits = Limits::default();
        let number = Number::new("1", "15550000000");
        assert_eq!(sent(&mut limits, &number, "34", NOW, 50), (45, Some(131056)));
        assert_eq!(sent(&mut limits, &number, "34", later(5_900), 1), (0, Some(131056)));
        assert_eq!(sent(&mut limits, &number, "34", later(6_100), 2), (1, Some(131056)));
        assert_eq!(sent(&mut limits, &number, "35", later(6_100), 2), (2, None));
    }

    #[test]
    fn a_burst_of_twenty_is_paid_back_in_two_minutes() {
        let mut limits = Limits::default();
        let number = Number::new("1", "15550000000");
        assert_eq!(sent(&mut limits, &number, "34", NOW, 20), (20, None));
        assert_eq!(sent(&mut limits, &number, "34", later(120_000), 50), (45, Some(131056)));
    }

    #[test]
    fn a_number_sends_eighty_a_second_and_twenty_when_shared_with_the_app() {
        for (number, rate) in [(Number::new("1", "1"), 80), (Number::new("2", "2").coexistence(), 20)] {
            let mut limits = Limits::default();
            let mut accepted = 0;
            for customer in 0..100 {
                accepted += sent(&mut limits, &number, &customer.to_string(), NOW, 1).0;
            }
            assert_eq!(accepted, rate);
            assert_eq!(limits.take(&number, "x", NOW).map_err(|error| error.code), Err(130429));
            assert_eq!(limits.take(&number, "x", later(1_000)), Ok(()));
        }
    }

    #[test]
    fn received_messages_use_throughput() {
        let mut limits = Limits::default();
        let number = Number::new("1", "1").coexistence();
        for _ in 0..30 {
            limits.received(&number, NOW);
        }
        assert_eq!(limits.take(&number, "x", NOW).map_err(|error| error.code), Err(130429));
    }
}
