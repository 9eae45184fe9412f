//! What all parts of a run share: its plan, chance, time, log and ledger.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicI64, Ordering},
    },
    time::Duration,
};

use salesbot::app::{Clock, Random};
use steps::moment::Moment;
use tokio::time::Instant;

use crate::{chance::Chance, ledger::Ledger, log::Log, plan::Plan};

/// The moment at which every run begins: 2025-11-21 04:40 UTC.
pub const START: Moment = Moment(1_763_700_000_000);

pub struct World {
    pub plan: Plan,
    pub chance: Chance,
    pub log: Log,
    pub ledger: Ledger,
    /// Until when the Graph API can't be reached.
    pub graph_away_until: AtomicI64,
    begun: Instant,
    /// Whether things still go wrong.
    is_troubled: AtomicBool,
}

impl World {
    /// Begins in a runtime whose time is paused. `keeps`: what happens is written down, to be checked.
    pub fn begin(plan: Plan, keeps: bool) -> Arc<Self> {
        Arc::new(World {
            chance: Chance::seeded(plan.seed),
            plan,
            log: Log::new(keeps),
            ledger: Ledger::new(keeps),
            graph_away_until: AtomicI64::default(),
            begun: Instant::now(),
            is_troubled: AtomicBool::new(true),
        })
    }

    pub fn now(&self) -> Moment {
        let millis = i64::try_from(self.begun.elapsed().as_millis()).unwrap_or(i64::MAX);
        START.plus(millis)
    }

    pub fn log(&self, line: impl FnOnce() -> String) {
        self.log.add(self.begun.elapsed().as_millis(), line);
    }

    pub fn is_troubled(&self) -> bool {
        self.is_troubled.load(Ordering::Relaxed)
    }

    /// From now on all goes right.
    pub fn heal(&self) {
        self.is_troubled.store(false, Ordering::Relaxed);
        self.log(|| "from here on nothing goes wrong".to_owned());
    }

    /// Whether a fault happens that happens in so many of a thousand cases.
    pub fn goes_wrong(&self, permille: u64) -> bool {
        self.is_troubled() && self.chance.permille(permille)
    }

    /// Some moment of the time of troubles.
    pub fn moment_of_trouble(&self) -> Duration {
        let most = u64::try_from(self.plan.troubles.as_millis()).unwrap_or(u64::MAX);
        self.chance.millis(0..=most)
    }

    /// A server's clock, which is not quite right.
    pub fn skewed_clock(self: &Arc<Self>) -> Clock {
        let most = i64::try_from(self.plan.skew).unwrap_or_default();
        let skew = i64::try_from(self.chance.within(0..=2 * self.plan.skew)).unwrap_or_default() - most;
        let world = self.clone();
        Arc::new(move || world.now().plus(skew))
    }

    pub fn random(self: &Arc<Self>) -> Random {
        let world = self.clone();
        Arc::new(move |bytes| {
            world.chance.fill(bytes);
            Ok(())
        })
    }
}
