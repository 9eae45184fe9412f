//! What a seed decides before a run begins: how many servers and customers, and what goes wrong how often. Not every run has every
//! kind of fault, so that none hides behind another.

use std::time::Duration;

use crate::chance::Chance;

/// A run.
#[derive(Clone, Debug)]
pub struct Plan {
    pub seed: u64,
    pub servers: usize,
    pub customers: usize,
    /// How long things go wrong; then they go right, and everything has to come to its end.
    pub troubles: Duration,
    pub store: StoreFaults,
    pub graph: GraphFaults,
    pub webhooks: WebhookFaults,
    pub crashes: u64,
    /// Servers that are stopped as operators do, and started again.
    pub stops: u64,
    pub sleeps: u64,
    /// By how many milliseconds the servers' clocks are wrong at most.
    pub skew: u64,
    pub sabotage: Option<Sabotage>,
}

/// In so many of a thousand operations.
#[derive(Clone, Debug, Default)]
pub struct StoreFaults {
    /// Refused at once.
    pub busy: u64,
    /// Not applied, and the answer does not come.
    pub lost_request: u64,
    /// Applied, and the answer does not come.
    pub lost_answer: u64,
    /// The answer does not come, and it is applied only after that.
    pub late: u64,
    pub slow: u64,
    /// How often the whole store is away for a while, for one server or for all.
    pub outages: u64,
}

/// In so many of a thousand requests.
#[derive(Clone, Debug, Default)]
pub struct GraphFaults {
    pub no_connection: u64,
    /// An error of Meta's: nothing was taken.
    pub error: u64,
    /// A page of a proxy, and nothing was taken.
    pub bad_gateway: u64,
    /// Taken, and no answer or half of it.
    pub lost_answer: u64,
    pub slow: u64,
    /// How often the host is away for a while.
    pub outages: u64,
    /// Statuses that never come, of the messages taken.
    pub no_status: u64,
    /// Statuses that come minutes later.
    pub late_status: u64,
    /// Messages that Meta takes and then can't deliver.
    pub undelivered: u64,
}

/// In so many of a thousand webhooks.
#[derive(Clone, Debug, Default)]
pub struct WebhookFaults {
    /// Sent to two servers at once.
    pub twice: u64,
    /// Sent once more, later.
    pub again: u64,
    /// Held back for some seconds, so that others overtake it.
    pub held: u64,
    /// Given up by Meta after a moment, and sent again.
    pub broken_off: u64,
    /// Sent together with the next ones, other customers' too.
    pub together: u64,
}

/// What a test breaks on purpose, to see that the simulation finds it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sabotage {
    /// The store acknowledges a commit in twenty that it does not apply.
    LosesCommits,
    /// The store applies a commit whatever the version.
    IgnoresVersions,
    /// Statuses do not name the entry that they are about, so none settles a send whose answer was lost.
    IgnoresStatuses,
}

impl Plan {
    /// One server, and nothing goes wrong.
    pub fn of_a_day() -> Self {
        Plan { servers: 1, customers: 0, troubles: Duration::ZERO, ..Plan::of_seed(1).without_faults() }
    }

    /// The same servers and customers, and nothing goes wrong.
    pub fn without_faults(self) -> Self {
        Plan {
            store: StoreFaults::default(),
            graph: GraphFaults::default(),
            webhooks: WebhookFaults::default(),
            crashes: 0,
            stops: 0,
            sleeps: 0,
            skew: 0,
            ..self
        }
    }

    pub fn of_seed(seed: u64) -> Self {
        let chance = Chance::seeded(seed ^ 0x5EED);
        let rate = || if chance.one_in(2) { *chance.pick(&[2, 10, 40]) } else { 0 };
        let few = |most: u64| if chance.one_in(2) { chance.within(1..=most) } else { 0 };
        Plan {
            seed,
            servers: *chance.pick(&[1, 2, 2, 3]),
            customers: *chance.pick(&[1, 2, 3, 5]),
            troubles: Duration::from_secs(chance.within(20..=120)),
            store: StoreFaults {
                busy: rate(),
                lost_request: rate(),
                lost_answer: rate(),
                late: rate(),
                slow: rate(),
                outages: few(2),
            },
            graph: GraphFaults {
                no_connection: rate(),
                error: 3 * rate(),
                bad_gateway: rate(),
                lost_answer: 4 * rate(),
                slow: 4 * rate(),
                outages: few(2),
                no_status: *chance.pick(&[0, 0, 100, 1_000]),
                late_status: *chance.pick(&[0, 0, 200, 500]),
                undelivered: rate(),
            },
            webhooks: WebhookFaults {
                twice: 4 * rate(),
                again: 4 * rate(),
                held: 4 * rate(),
                broken_off: rate(),
                together: 10 * rate(),
            },
            crashes: if chance.one_in(8) { 30 } else { few(5) },
            stops: few(4),
            sleeps: few(4),
            skew: *chance.pick(&[0, 0, 500, 3_000]),
            sabotage: None,
        }
    }
}
